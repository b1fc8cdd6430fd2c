"""When people are told, and what."""

from monitor.alerting import Policy, compose, decide, say
from monitor.models import Claim, Kind, Link, Reading
from tests.unit.making import NOON, a_figure, a_sighting
from tests.unit.test_filing import filed

POLICY = Policy(corroborated_at=(3, 5))


def told(claim: Claim) -> Claim:
    """The claim once everything that is due about it was raised."""
    raises, _ = decide(claim, POLICY)
    return claim.model_copy(update={"alerted": claim.alerted + tuple(one.key for one in raises)})


def test_a_claim_that_was_never_told_is_told_as_new() -> None:
    raises, because = decide(filed(a_sighting()), POLICY)
    assert [one.kind for one in raises] == [Kind.NEW]
    assert because.startswith("alerted: claim.new")


def test_what_an_outlet_says_in_its_own_voice_is_told_as_its_own() -> None:
    raises, _ = decide(filed(a_sighting(claimant="outlet", claimant_key="outlet")), POLICY)
    assert raises[0].reason == "first sighting, by Reuters itself"


def test_a_claim_recorded_before_a_crash_is_still_told_by_the_next_sighting() -> None:
    raises, _ = decide(filed(a_sighting(), a_sighting(after_hours=1)), POLICY)
    assert [one.kind for one in raises] == [Kind.NEW]


def test_a_repeat_is_not_told_and_says_why() -> None:
    claim = told(filed(a_sighting()))
    raises, because = decide(claim, POLICY)
    assert raises == ()
    assert because == f"repeat of {claim.id}, told before; 1 independent outlet, corroborated at 3"


def test_each_changed_figure_is_told_once() -> None:
    claim = filed(*(a_sighting(after_hours=n, figures=(a_figure(v),)) for n, v in enumerate((6, 8, 9))))
    raises, _ = decide(claim, POLICY)
    assert [(one.kind, one.ordinal) for one in raises] == [(Kind.NEW, 0), (Kind.UPDATED, 1), (Kind.UPDATED, 2)]
    assert raises[1].reason == "people wounded: 6 before, now 8 (Vyacheslav Gladkov)"
    assert decide(told(claim), POLICY)[0] == ()


def test_a_claim_is_corroborated_by_independent_outlets() -> None:
    outlets = ("Reuters", "BBC", "CNN", "AP", "AFP")
    claim = filed(*(a_sighting(f"six wounded, {outlet}", outlet=outlet) for outlet in outlets))
    raises, _ = decide(claim, POLICY)
    assert [one.key for one in raises] == ["claim.new:0", "claim.corroborated:3", "claim.corroborated:5"]


def test_a_dispute_is_told_about_the_claim_that_is_disputed() -> None:
    link = Link(claim_id="claim_denial", because="denies involvement")
    claim = told(filed(a_sighting())).model_copy(update={"disputed_by": (link,)})
    raises, _ = decide(claim, POLICY)
    assert [(one.kind, one.reason) for one in raises] == [(Kind.DISPUTED, "denies involvement (claim_denial)")]


def test_the_same_decision_has_the_same_alert_id() -> None:
    claim = filed(a_sighting())
    raises, _ = decide(claim, POLICY)
    one, other = (compose(claim, raises, a_sighting(), NOON)[0] for _ in range(2))
    assert one.alert_id == other.alert_id


def test_an_alert_shows_the_quote_with_its_place_in_the_text() -> None:
    sighting = a_sighting("six people were wounded", start=100, end=123)
    claim = filed(sighting)
    alert = compose(claim, decide(claim, POLICY)[0], sighting, NOON)[0]
    assert [(one.quote, one.start, one.end) for one in alert.sources] == [("six people were wounded", 100, 123)]


def test_an_alert_supersedes_the_one_before_it_on_its_claim() -> None:
    claim = filed(*(a_sighting(after_hours=n, figures=(a_figure(v),)) for n, v in enumerate((6, 8))))
    first, second = compose(claim, decide(claim, POLICY)[0], a_sighting(), NOON)
    assert (first.supersedes, second.supersedes) == (None, first.alert_id)
    later = told(claim).model_copy(update={"disputed_by": (Link(claim_id="c", because="denies"),)})
    assert compose(later, decide(later, POLICY)[0], a_sighting(), NOON)[0].supersedes == second.alert_id


def test_an_alert_shows_the_figure_and_its_history() -> None:
    claim = filed(
        a_sighting(figures=(a_figure(6, high=None),)),
        a_sighting(after_hours=1, figures=(a_figure(8, low=None),)),
    )
    figure = compose(claim, decide(claim, POLICY)[0], a_sighting(), NOON)[0].figure
    assert figure is not None
    assert (figure.value, figure.low, figure.high) == (8, 6, 8)
    assert [(one.value, one.low, one.high) for one in figure.history] == [(6, 6, None), (8, None, 8)]


def test_bounds_are_said_in_words() -> None:
    def reading(low: int | None, high: int | None) -> Reading:
        return Reading(value=6, low=low, high=high, claimant="x", at=NOON, sighting_id="s")

    assert say(reading(6, None)) == "at least 6"
    assert say(reading(None, 6)) == "up to 6"
    assert say(reading(4, 6)) == "4 to 6"
    assert say(reading(6, 6)) == "6"
    assert say(reading(None, None)) == "6"
