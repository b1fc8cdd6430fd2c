"""The configuration of the sinks: where alerts go to. Secrets never render."""

import ssl
from collections.abc import Iterator, Mapping
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
from monitor.signing import Secret


def _webhook_url(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        _ = parts.port
    except ValueError:
        raise ValueError("is no URL") from None  # the reason would quote a part of it
    if parts.scheme not in ("http", "https"):
        raise ValueError("is no webhook URL; it must begin with https:// or http://")
    if not parts.hostname or any(c.isspace() for c in parts.hostname):
        raise ValueError("is no webhook URL: it names no host")
    if parts.fragment:
        raise ValueError("is no webhook URL: a fragment (#...) is never sent")
    return url


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


def _read(path: Path) -> str:
    """What a file that keeps a secret holds; ValueError in words if it can't be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ValueError(f"{str(path)!r} can't be read: {reason}") from None


def _one_url(
    url: SecretStr | None, url_env: str | None, url_file: Path | None, environ: Mapping[str, str]
) -> tuple[str, SecretStr]:
    """The URL and where it was kept: in one of the three places, or ValueError in words."""
    if [url, url_env, url_file].count(None) != 2:
        raise ValueError("needs a URL, from one of url_file, url_env and url")
    if url_env is not None:
        place, found = f"url_env: the variable {url_env}", environ.get(url_env, "")
    elif url_file is not None:
        try:
            place, found = f"url_file: {str(url_file)!r}", _read(url_file)
        except ValueError as error:
            raise ValueError(f"url_file: {error}") from None
    else:
        place, found = "url:", url.get_secret_value() if url else ""
    if not found.strip():
        raise ValueError(f"{place} is {'not set' if url_env is not None else 'empty'}")
    return place, SecretStr(found.strip())


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
    url: WebhookUrl | None = Field(
        None,
        description="Where alerts are posted to. One that is a secret, as a chat's is, is better kept elsewhere:",
    )
    url_env: str | None = Field(None, description="The environment variable that holds the URL.")
    url_file: FilePath | None = Field(None, description="The file that holds the URL.")
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

    _address: SecretStr = PrivateAttr(SecretStr(""))
    _secrets: tuple[Secret, ...] = PrivateAttr(())

    @property
    def address(self) -> SecretStr:
        """The URL, wherever it was kept."""
        return self._address

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All secrets, wherever they were kept; at least one for the standard body."""
        return self._secrets

    @model_validator(mode="after")
    def _gather(self, info: ValidationInfo) -> Self:
        environ: Mapping[str, str] = (info.context or {}).get("environ", {})
        wrong: list[str] = []
        try:
            self._address = self._found(environ)
        except ValueError as error:
            wrong.append(str(error))
        self._secrets = tuple(self._signers(environ, wrong))
        if not self._secrets and not wrong and self.body == "standard":
            wrong.append("has no secret; give secret_file, secret_env or secret")
        if self.tls_ca_file is not None and (problem := _ca_problem(self.tls_ca_file)):
            wrong.append(f"tls_ca_file: {str(self.tls_ca_file)!r} {problem}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _found(self, environ: Mapping[str, str]) -> SecretStr:
        place, url = _one_url(self.url, self.url_env, self.url_file, environ)
        try:
            return _webhook_url(url)
        except ValueError as error:
            raise ValueError(f"{place} {error}") from None

    def _signers(self, environ: Mapping[str, str], wrong: list[str]) -> Iterator[Secret]:
        """The secrets, in the order of their places; what is wrong with others is added to `wrong`."""
        for place, written in self._written(environ, wrong):
            try:
                yield Secret.parse(written)
            except ValueError as error:
                wrong.append(f"{place} {error}")

    def _written(self, environ: Mapping[str, str], wrong: list[str]) -> Iterator[tuple[str, str]]:
        yield from (("secret", secret.get_secret_value()) for secret in self.secret)
        for name in self.secret_env:
            if environ.get(name):
                yield f"secret_env: the variable {name}", environ[name]
            else:
                wrong.append(f"secret_env: the environment variable {name} is not set")
        for path in self.secret_file:
            try:
                lines = [line for line in _read(path).splitlines() if line.strip()]
            except ValueError as error:
                wrong.append(f"secret_file: {error}")
                continue
            yield from ((f"secret_file: {str(path)!r}", line) for line in lines)
            if not lines:
                wrong.append(f"secret_file: {str(path)!r} is empty")


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
        _, self._address = _one_url(self.url, self.url_env, self.url_file, environ)
        return self


SinkSettings = Annotated[
    LogSinkSettings | WebhookSettings | StdoutSettings | AppriseSettings, Field(discriminator="kind")
]
