"""The configuration of the sinks: where alerts go to. Secrets never render."""

import base64
import binascii
import ssl
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

from monitor.durations import Duration
from monitor.setting_types import FilePath, Name, Positive, Section, Size


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


def _ca_problem(path: Path) -> str | None:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return "holds no certificates"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return None


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


WebhookUrl = Annotated[SecretStr, AfterValidator(_webhook_url)]


class RateLimit(Section):
    """So many new deliveries in such a time."""

    alerts: int = Field(ge=1, le=100_000)
    per: Positive


Limited = Annotated[
    RateLimit | None,
    Field(
        description="Such as `{alerts: 30, per: 1m}`: what exceeds it waits until the minute is over, and comes as one "
        "digest; by default any number."
    ),
]


class LogSinkSettings(Section):
    """The alert log: JSON Lines, one line an alert."""

    kind: Literal["log"]
    name: Name = Field("log", description="What the sink is called; its deliveries are kept under it.")
    path: Path = Field(Path("alerts.jsonl"), description="The file; a relative path is relative to `data`.")
    fsync: Literal["line", "second", "never"] = Field(
        "line",
        description="When lines are forced to the disk: each before its delivery counts as made; at most a second "
        "later; or when the system likes.",
    )
    rotate_size: Size | None = Field(
        None, description="A file of this size, such as `64MB`, is moved aside and compressed; by default never."
    )
    rotate_every: Annotated[Duration, Field(ge=timedelta(seconds=1))] | None = Field(
        None, description="The same after each such period, such as `1d` (from midnight UTC); by default never."
    )
    keep: int = Field(30, ge=1, le=100_000, description="How many files that were moved aside are kept.")


class WebhookSettings(Section):
    """A receiver of alerts over HTTP. Several secrets sign each request, while one is rotated."""

    kind: Literal["webhook"]
    name: Name = Field(description="What the sink is called; its deliveries are kept under it.")
    url: WebhookUrl = Field(description="Where alerts are posted to.")
    body: Literal["standard", "alertmanager", "slack", "discord"] = Field(
        "standard",
        description="`standard` (Standard Webhooks 1.0, needs a secret), what `alertmanager` would post (version 4), "
        "or what `slack` or `discord` takes.",
    )
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
    tls_ca_file: FilePath | None = Field(
        None, description="The certificates (PEM) of whom to trust for this URL, instead of the system's."
    )
    proxy: WebhookUrl | None = Field(
        None, description="An HTTP proxy to go through; those that the environment names are never used."
    )
    timeout: Positive = Field(timedelta(seconds=15), description="How long one attempt may take in all.")
    connect_timeout: Positive = Field(timedelta(seconds=5), description="How long connecting may take, TLS included.")
    read_timeout: Positive = Field(timedelta(seconds=10), description="How long the receiver may be silent.")
    disable_after: Positive = Field(
        timedelta(days=5), description="A sink that fails for so long, with no success in between, is disabled."
    )
    in_flight: int = Field(
        1,
        ge=1,
        le=32,
        description="How many requests may be under way at once. 1 keeps the order; with more, neighbours may arrive "
        "swapped, and behind one that failed all wait.",
    )
    rate_limit: Limited = None

    _secrets: tuple[SecretStr, ...] = PrivateAttr(())

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """All secrets, wherever they were kept, each of them checked; at least one for the standard body."""
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
        if not found and not wrong and self.body == "standard":
            wrong.append("has no secret; give secret_file, secret_env or secret")
        if self.tls_ca_file is not None and (problem := _ca_problem(self.tls_ca_file)):
            wrong.append(f"tls_ca_file: {str(self.tls_ca_file)!r} {problem}")
        if wrong:
            raise ValueError("; ".join(wrong))
        self._secrets = tuple(SecretStr(secret) for _, secret in found)
        return self


class StdoutSettings(Section):
    """Alerts on the standard output of the daemon, for who collects that."""

    kind: Literal["stdout"]
    name: Name = Field("stdout", description="What the sink is called; its deliveries are kept under it.")
    format: Literal["json", "text"] = Field("json", description="`json`, one line an alert as in the log, or `text`.")
    rate_limit: Limited = None


class AppriseSettings(Section):
    """A readable message through a service that Apprise knows; needs `pip install claim-monitor[apprise]`."""

    kind: Literal["apprise"]
    name: Name = Field(description="What the sink is called; its deliveries are kept under it.")
    url: SecretStr | None = Field(None, description="Apprise's URL of the service, such as `ntfys://topic`. Better:")
    url_env: str | None = Field(None, description="The environment variable that holds the URL.")
    url_file: FilePath | None = Field(None, description="The file that holds the URL.")
    timeout: Positive = Field(timedelta(seconds=30), description="How long one attempt may take in all.")
    disable_after: Positive = Field(
        timedelta(days=5), description="A sink that fails for so long, with no success in between, is disabled."
    )

    rate_limit: Limited = None

    _address: SecretStr = PrivateAttr(SecretStr(""))

    @property
    def address(self) -> SecretStr:
        """The URL, wherever it was kept."""
        return self._address

    @model_validator(mode="after")
    def _find(self, info: ValidationInfo) -> Self:
        environ: Mapping[str, str] = (info.context or {}).get("environ", {})
        found = [self.url.get_secret_value()] if self.url is not None else []
        found += [environ.get(self.url_env, "")] if self.url_env is not None else []
        if self.url_file is not None:
            try:
                found.append(self.url_file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
                raise ValueError(f"url_file: {str(self.url_file)!r} can't be read: {reason}") from None
        if len(found) != 1 or not found[0].strip():
            raise ValueError("needs a URL, from one of url_file, url_env and url")
        self._address = SecretStr(found[0].strip())
        return self


SinkSettings = Annotated[
    LogSinkSettings | WebhookSettings | StdoutSettings | AppriseSettings, Field(discriminator="kind")
]
