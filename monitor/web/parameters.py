"""The parameters of the API: what each may be, said once for reading it and for describing it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from monitor.durations import parse_moment
from monitor.models import DeliveryState
from monitor.operations import NOT_ARRIVED
from monitor.web.problems import Refused

LARGEST = 10**15
MOST_REPEATED = 50


@dataclass(frozen=True)
class Parameter:
    """`read` turns what was written into a value, or raises ValueError in words. `many`: may be given repeatedly."""

    name: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    description: str
    default: Any = None
    many: bool = False
    where: str = "query"


def number(
    name: str, description: str, *, default: int | None, low: int = 0, high: int = LARGEST, where: str = "query"
) -> Parameter:
    def read(written: str) -> int:
        if not (written.isascii() and written.isdigit() and len(written) <= 16 and low <= int(written) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(written)

    schema = {"type": "integer", "minimum": low, "maximum": high} | ({} if default is None else {"default": default})
    return Parameter(name, schema, read, description, default=default, where=where)


def named(name: str, description: str) -> Parameter:
    """A part of the path."""
    return Parameter(name, {"type": "string"}, str, description, where="path")


def states() -> Parameter:
    def read(written: str) -> DeliveryState:
        try:
            return DeliveryState(written)
        except ValueError:
            raise ValueError(f"must be one of {', '.join(DeliveryState)}") from None

    default = NOT_ARRIVED
    description = "Where the deliveries stand; repeatable. By default those that did not arrive: pending and dead."
    return Parameter("state", {"type": "string", "enum": list(DeliveryState)}, read, description, default, many=True)


def sinks(known: Sequence[str]) -> Parameter:
    def read(written: str) -> str:
        if written not in known:
            raise ValueError(f"there is no such sink; there are {', '.join(known) or 'none'}")
        return written

    schema = {"type": "string", "maxLength": 64}
    return Parameter("sink", schema, read, "The sink; repeatable. By default all.", tuple(known), many=True)


def since(clock: Callable[[], datetime]) -> Parameter:
    return Parameter(
        "since",
        {"type": "string", "maxLength": 64, "examples": ["2h", "2026-05-22T17:00Z"]},
        lambda written: parse_moment(written[:64], clock()),
        "Alerts raised since then: how long ago, or a time.",
    )


def read_query(request: web.Request, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The values of all parameters by name; Refused (400) names the one that is wrong, unknown or given twice."""
    return read_values(request.query, lambda name: request.query.getall(name, []), parameters)


def read_values(
    given: Iterable[str], written: Callable[[str], Sequence[str]], parameters: Sequence[Parameter]
) -> dict[str, Any]:
    """The same, of names and what was written for each."""
    known = {parameter.name: parameter for parameter in parameters if parameter.where == "query"}
    for name in given:
        if name not in known:
            raise Refused(400, f"{name[:64]!r} is no parameter here; there are {', '.join(known) or 'none'}", name[:64])
    return {name: _value(parameter, written(name)) for name, parameter in known.items()}


def header(request: web.Request, parameter: Parameter) -> Any:
    """The value of a parameter that is a header."""
    return _value(parameter, request.headers.getall(parameter.name, []))


def _value(parameter: Parameter, written: Sequence[str]) -> Any:
    if not written:
        return parameter.default
    if len(written) > (MOST_REPEATED if parameter.many else 1):
        raise Refused(400, f"{parameter.name}: is given too often", parameter.name)
    try:
        values = tuple(dict.fromkeys(parameter.read(one) for one in written))
    except ValueError as error:
        raise Refused(400, f"{parameter.name}: {error}", parameter.name) from None
    return values if parameter.many else values[0]
