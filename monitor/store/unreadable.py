"""What lies in the store and can't be read: a newer version wrote it, or it is damaged."""

import structlog
from pydantic import ValidationError

MOST_KNOWN = 10_000

_log = structlog.get_logger(__name__)


def why(error: ValueError) -> str:
    """The first place that is wrong, what is wrong there, and how many more there are; none of its values."""
    if not isinstance(error, ValidationError):
        return str(error)
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    what = ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
    more = f" (and {len(others)} more)" if others else ""
    return f"{what}{more}"


class Told:
    """Tells in the log what can't be read and is left out, each once: some of it is read with every alert.

    After `MOST_KNOWN` of them it begins anew.
    """

    def __init__(self) -> None:
        self._known: set[tuple[object, ...]] = set()

    def unreadable(self, what: str, error: ValueError, **which: object) -> None:
        """`which` of its kind it is."""
        one = (what, *which.values())
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        if one not in self._known:
            self._known.add(one)
            _log.warning(f"{what}.unreadable", **which, because=why(error))
