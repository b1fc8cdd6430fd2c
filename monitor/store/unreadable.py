"""What lies in the store and can't be read: a newer version wrote it, or it is damaged."""

from pydantic import ValidationError


def why(error: ValueError) -> str:
    """The first place that is wrong, what is wrong there, and how many more there are; none of its values."""
    if not isinstance(error, ValidationError):
        return str(error)
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    what = ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
    more = f" (and {len(others)} more)" if others else ""
    return f"{what}{more}"
