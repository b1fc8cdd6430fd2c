"""What all values share: frozen, strict about unknown fields, aware UTC times, names by digest."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def digest(*parts: object, length: int = 16) -> str:
    """A short, stable, lower-case hex name for the parts in this order.

    Parts are told apart by a separator that no part may hold, so ("ab", "c") and ("a", "bc") differ.
    """
    joined = "\x1f".join(str(part).replace("\x1f", " ") for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]


class Value(BaseModel):
    """What all models share: frozen, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
