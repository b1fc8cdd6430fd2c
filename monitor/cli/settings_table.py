"""The settings as the README shows them, made from the models themselves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from monitor.durations import write_duration
from monitor.routing.times import NamedTimes
from monitor.routing.tree import Route
from monitor.settings import ReplaySettings, Settings
from monitor.sink_settings import AppriseSettings, LogSinkSettings, StdoutSettings, WebhookSettings

LISTED: dict[str, tuple[type[BaseModel], ...]] = {
    "sources[]": (ReplaySettings,),
    "sinks[]": (LogSinkSettings, WebhookSettings, StdoutSettings, AppriseSettings),
    "route": (Route,),
    "time_intervals[]": (NamedTimes,),
}
SAID = {"topic": "`config/topics/belgorod.yaml`", "data": "`data`"}
"""Defaults that depend on where the command is run, as a person would write them."""


def settings_table() -> str:
    """A Markdown table: setting, default, meaning; in the order of `config/monitor.yaml`, one line each."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in _rows()]
    return "\n".join(rows) + "\n"


def _rows() -> Iterator[tuple[str, str, str]]:
    for name, field in Settings.model_fields.items():
        listed = next((one for one in (name, f"{name}[]") if one in LISTED), None)
        if listed:
            for model in LISTED[listed]:
                yield from _section(listed, model)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _section(name, field.annotation)
        else:
            yield name, SAID.get(name) or _default(field), field.description or ""


def _section(name: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for inner, field in model.model_fields.items():
        if inner == "kind":
            yield f"{name}.kind: {_kind(model)}", "", (model.__doc__ or "").strip()
        else:
            yield f"{name}.{field.alias or inner}", _default(field), field.description or ""


def _kind(model: type[BaseModel]) -> str:
    return str(model.model_fields["kind"].annotation.__args__[0])  # type: ignore[union-attr]


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    return f"`{_written(field.default)}`" if field.default not in (None, ()) else "none"


def _written(value: Any) -> str:
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
