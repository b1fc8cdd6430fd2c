"""What all parts of the configuration are made of: a frozen section, names, paths, durations, sizes."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from monitor.durations import Duration

_SHORTEST = timedelta(milliseconds=1)
_BYTES = {"kb": 10**3, "mb": 10**6, "gb": 10**9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)


def _from_base(path: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base", Path())
    return Path(os.path.abspath(base / path.expanduser()))


def parse_size(value: object) -> int:
    """The number of bytes that is written, such as "64MB"; ValueError in words for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _SIZE.fullmatch(str(value).strip().lower())
    if found is None or found[2] not in _BYTES:
        raise ValueError(f"{value!r} is no size; write a number and a unit, such as 500kB, 64MB or 2GB")
    return round(float(found[1]) * _BYTES[found[2]])


FilePath = Annotated[Path, AfterValidator(_from_base)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Positive = Annotated[Duration, Field(ge=_SHORTEST)]
Size = Annotated[int, BeforeValidator(parse_size), Field(ge=1000, le=10**15)]


class Section(BaseModel):
    """What all parts of the configuration share: frozen, and no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
