"""Signatures of Standard Webhooks 1.0: making them and checking them.

Headers `webhook-id`, `webhook-timestamp` (whole seconds since 1970) and `webhook-signature`: `v1,` and the base64 of
HMAC-SHA256 over `{id}.{timestamp}.{raw body}`; several, space-separated, while a secret is being replaced.
Specification: https://github.com/standard-webhooks/standard-webhooks
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"
TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
KEY_BYTES = range(24, 65)


@dataclass(frozen=True)
class Secret:
    """The key of one receiver. Never shows itself."""

    _key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """Reads `whsec_` and the base64 of 24 to 64 bytes; ValueError in words, without the text, for anything else."""
        text = text.strip()
        if not text.startswith(PREFIX):
            raise ValueError(f"is no webhook secret: it must begin with {PREFIX}")
        encoded = text.removeprefix(PREFIX).rstrip("=")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except (binascii.Error, ValueError):
            # Without "from": the cause would hold a part of the secret.
            raise ValueError(f"is no webhook secret: what follows {PREFIX} is not base64") from None
        if len(key) not in KEY_BYTES:
            wanted = f"{KEY_BYTES.start} to {KEY_BYTES.stop - 1}"
            raise ValueError(f"is no webhook secret: it holds {len(key)} bytes, and must hold {wanted}")
        return cls(key)

    def signature(self, webhook_id: str, timestamp: str, body: bytes) -> str:
        signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
        return "v1," + base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode("ascii")


def sign(secrets: Iterable[Secret], webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers for exactly these bytes, sent now; one signature a secret, in their order."""
    timestamp = str(int(at.timestamp()))
    signatures = [secret.signature(webhook_id, timestamp, body) for secret in secrets]
    return {ID: webhook_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


@dataclass(frozen=True)
class Verification:
    """Whether a request comes from who knows the secret, and, if not, why it is not believed."""

    genuine: bool
    because: str


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: datetime) -> Verification:
    """Checks the headers (names as in ID, TIMESTAMP, SIGNATURE) against the raw body, in constant time.

    Any of the secrets may have made any of the signatures. The timestamp may be TOLERANCE off, either way.
    """
    webhook_id, timestamp, signatures = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (webhook_id and timestamp and signatures):
        return Verification(False, f"{ID}, {TIMESTAMP} and {SIGNATURE} are needed")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return Verification(False, f"{TIMESTAMP} is no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return Verification(False, f"{TIMESTAMP} is more than {TOLERANCE.seconds // 60} minutes off")
    expected = [secret.signature(webhook_id, timestamp, body).encode() for secret in secrets]
    for signature in signatures.split():
        for wanted in expected:
            if hmac.compare_digest(wanted, signature.encode("utf-8", "surrogateescape")):
                return Verification(True, "the signature fits")
    return Verification(False, "no signature fits")
