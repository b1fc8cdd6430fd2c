"""The forms of the API's answers and questions; `openapi` describes them, and a test holds each answer to it."""

from pydantic import Field

from monitor.models import Alert, DeliveryRecord, DeliveryState, Redelivered, Value
from monitor.views import ClaimView, SightingView, SinkView


class AlertsPage(Value):
    """Alerts by seq. `after`: where the next page begins. `first`, `last`: what is kept, 0 when there is none.

    Alerts between `after` of the question and `first` are kept no longer.
    """

    alerts: tuple[Alert, ...]
    after: int
    first: int
    last: int


class ClaimsPage(Value):
    """Claims by number. `after`: where the next page begins."""

    claims: tuple[ClaimView, ...]
    after: int


class ClaimPage(Value):
    """One claim with its filed sightings, in the order of the decisions."""

    claim: ClaimView
    filings: tuple[SightingView, ...]


class DeliveriesPage(Value):
    """Deliveries by seq and sink; never a part of those of one seq. `after`: where the next page begins."""

    deliveries: tuple[DeliveryRecord, ...]
    after: int


class SinksPage(Value):
    """The configured sinks."""

    sinks: tuple[SinkView, ...]


class Again(Value):
    """What to send again: one delivery or alert by its `id`, or all of a `sink` in one of the `states`."""

    id: str | None = Field(None, max_length=200, description="`SINK/SEQ`, or an alert's webhook id.")
    sink: str | None = Field(None, max_length=64, description="The sink; needed without an `id`.")
    since: str | None = Field(
        None, max_length=64, description="Alerts raised since then: `2h`, `3d` or a time; by default all that are kept."
    )
    states: tuple[DeliveryState, ...] = Field(
        (DeliveryState.DEAD,), min_length=1, max_length=3, description="Without an `id`: what to send again."
    )


class RedeliveredTo(Redelivered):
    """What became of it, for one sink."""

    sink: str


class AgainAnswer(Value):
    """What became of it, for each sink."""

    redelivered: tuple[RedeliveredTo, ...]


class Reason(Value):
    """Why a sink is disabled; listed with it."""

    because: str | None = Field(None, min_length=1, max_length=300, description="In words.")


class Nothing(Value):
    """A body that says nothing: `{}`, or none."""


class SwitchAnswer(Value):
    """`changed`: false when it was so before. `sink`: where it stands now."""

    changed: bool
    sink: SinkView


class Problem(Value):
    """What is wrong with a request (RFC 9457). `parameter`: which of its parameters, if it is one."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    parameter: str | None = None
