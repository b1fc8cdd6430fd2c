"""The configuration of the sinks: where alerts go to. Secrets never render."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from monitor.setting_types import FilePath, Name, Positive, Section


def _webhook_url(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("is no webhook URL; it must begin with https:// or http://")
    if not parts.hostname or any(c.isspace() for c in parts.hostname):
        raise ValueError("is no webhook URL: it names no host")
    if parts.fragment:
        raise ValueError("is no webhook URL: a fragment (#...) is never sent")
    return url


def check_secret(secret: str) -> str:
    """The secret as it is; ValueError in words, without the secret, if it is no Standard Webhooks secret."""
    if not secret.startswith("whsec_"):
        raise ValueError("is no webhook secret: it must begin with whsec_")
    encoded = secret.removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is no webhook secret: what follows whsec_ is not base64") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"is no webhook secret: it holds {len(key)} bytes, and must hold 24 to 64")
    return secret


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


WebhookUrl = Annotated[SecretStr, AfterValidator(_webhook_url)]


class LogSinkSettings(Section):
    """The alert log: JSON Lines, one line an alert."""

    kind: Literal["log"]
    name: Name = Field("log", description="What the sink is called; its deliveries are kept under it.")
    path: Path = Field(Path("alerts.jsonl"), description="The file; a relative path is relative to `data`.")


class WebhookSettings(Section):
    """A receiver of signed alerts (Standard Webhooks 1.0). Several secrets sign each request, while one is rotated."""

    kind: Literal["webhook"]
    name: Name = Field(description="What the sink is called; its deliveries are kept under it.")
    url: WebhookUrl = Field(description="Where alerts are posted to.")
    secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = Field(
        (), description="`whsec_` and base64 of 24 to 64 bytes, or a list of them. Better kept elsewhere:"
    )
    secret_env: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="The environment variable that holds the secret, or a list of them."
    )
    secret_file: Annotated[tuple[FilePath, ...], BeforeValidator(_listed)] = Field(
        (), description="The file that holds the secret, one a line, or a list of files."
    )
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description="Private networks that this webhook may reach, such as `10.1.0.0/16`; by default none."
    )
    timeout: Positive = Field(timedelta(seconds=15), description="How long one attempt may take in all.")

    _secrets: tuple[SecretStr, ...] = PrivateAttr(())

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """All secrets, wherever they were kept; at least one, each of them checked."""
        return self._secrets

    @model_validator(mode="after")
    def _gather(self, info: ValidationInfo) -> Self:
        environ: Mapping[str, str] = (info.context or {}).get("environ", {})
        found = [("secret", secret.get_secret_value()) for secret in self.secret]
        wrong = []
        for name in self.secret_env:
            if environ.get(name):
                found.append((f"secret_env: the variable {name}", environ[name].strip()))
            else:
                wrong.append(f"secret_env: the environment variable {name} is not set")
        for path in self.secret_file:
            try:
                lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
                wrong.append(f"secret_file: {str(path)!r} can't be read: {reason}")
                continue
            found.extend((f"secret_file: {str(path)!r}", line) for line in lines)
            if not lines:
                wrong.append(f"secret_file: {str(path)!r} is empty")
        for place, secret in found:
            try:
                check_secret(secret)
            except ValueError as error:
                wrong.append(f"{place} {error}")
        if not found and not wrong:
            wrong.append("has no secret; give secret_file, secret_env or secret")
        if wrong:
            raise ValueError("; ".join(wrong))
        self._secrets = tuple(SecretStr(secret) for _, secret in found)
        return self


SinkSettings = Annotated[LogSinkSettings | WebhookSettings, Field(discriminator="kind")]
