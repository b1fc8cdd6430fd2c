"""The configuration: frozen values, from a YAML file and the environment (which wins), all mistakes told at once.

Each setting `section.name` of the file is the variable `MONITOR_SECTION_NAME` (`MONITOR_REDIS_URL`,
`MONITOR_WEB_PORT`); the lists `sources` and `sinks` are JSON there. Relative paths in the file are relative to the
file; in the environment, and without a file, to the working directory. Secrets never render.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from monitor.errors import ConfigError
from monitor.marked import Marked, Problem, problems, read_marked
from monitor.routing.times import NamedTimes
from monitor.routing.tree import Plan, Route, mistakes
from monitor.setting_types import FilePath, Name, Positive, Section
from monitor.sink_settings import LogSinkSettings, SinkSettings

DEFAULT_CONFIG = Path("config/monitor.yaml")
"""Read when no other file is named and this one exists."""

# What RFC 6750 lets a bearer token be made of; a short one could be guessed.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


def parse_speed(value: object) -> float | Literal["max"]:
    """A factor over 0, or "max"; ValueError in words for anything else."""
    try:
        if value == "max" or 0 < float(str(value)) <= 1e9:
            return "max" if value == "max" else float(str(value))
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no speed; write a factor over 0, such as 60, or max")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine's alone: a literal one, or localhost."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _redis_url(url: SecretStr) -> SecretStr:
    value = url.get_secret_value()
    try:
        parts = urlsplit(value)
        named = parts.hostname if parts.scheme in ("redis", "rediss") else parts.path
        database = parse_qs(parts.query).get("db", [parts.path.strip("/") if parts.scheme != "unix" else ""])[0]
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from error
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    if not named:
        raise ValueError("names no host" if parts.scheme != "unix" else "names no socket")
    if database not in ("", "0"):
        raise ValueError(f"names database {database!r}; only database 0 is used, so that a cluster can serve it too")
    return url


RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
Speed = Annotated[float | Literal["max"], BeforeValidator(parse_speed)]


class RedisSettings(Section):
    url: RedisUrl | None = Field(
        None, description="The server that holds the state. Without it, the monitor starts one of its own in `data`."
    )


class ReplaySettings(Section):
    """A feed that is posted as if it happened now, on a simulated clock."""

    kind: Literal["replay"] = Field("replay", description="`replay` is the one kind of source so far.")
    name: Name = Field("replay", description="What the source is called; its place in the feed is kept under it.")
    feed: FilePath = Field(
        description="A folder with a `feed.yaml`, a folder of `.txt` files, or a `.jsonl` or `.jsonl.gz` file of posts."
    )
    speed: Speed = Field(1.0, description="How many times faster than the feed's own times; `max` waits for nothing.")
    every: Positive = Field(timedelta(milliseconds=200), description="How often the source is asked for what is due.")


class AlertSettings(Section):
    corroborated_at: tuple[Annotated[int, Field(ge=2, le=10_000)], ...] = Field(
        (3, 5, 10), description="At how many independent origins a claim is told again as corroborated."
    )

    @field_validator("corroborated_at")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("must be rising numbers, such as [3, 5, 10]")
        return value


class RetentionSettings(Section):
    claims: Positive = Field(timedelta(days=90), description="How long a claim is known after its last sighting.")
    posts: Positive = Field(timedelta(days=30), description="How long a post is recognised when it comes again.")
    threads: Positive = Field(timedelta(days=3), description="How long a thread's earlier posts give it context.")
    alerts: Positive = Field(timedelta(days=90), description="How long an alert can be read again.")


class WorkerSettings(Section):
    batch: int = Field(32, ge=1, le=1000, description="How many posts a worker reads at a time.")
    reclaim_after: Positive = Field(
        timedelta(seconds=60), description="When a post that another worker took and never finished is taken over."
    )
    drain: Positive = Field(timedelta(seconds=8), description="How long work in hand may go on after SIGTERM.")


class WebSettings(Section):
    enabled: bool = Field(
        True, description="Whether `monitor run` serves `/healthz`, `/readyz`, `/metrics` and the API, `/api/v1`."
    )
    host: str = Field(
        "127.0.0.1", min_length=1, description="The address to listen on; beyond loopback, a token is needed."
    )
    port: int = Field(8080, ge=0, le=65_535, description="The port; 0 takes a free one.")
    token: SecretStr | None = Field(
        None, description="What a client must send as `Authorization: Bearer TOKEN`. Better kept elsewhere:"
    )
    token_env: str | None = Field(None, description="The environment variable that holds the token.")
    token_file: FilePath | None = Field(None, description="The file that holds the token.")

    _bearer: SecretStr | None = PrivateAttr(None)

    @property
    def bearer(self) -> SecretStr | None:
        """The token, wherever it was kept; None when anybody on this machine may ask."""
        return self._bearer

    @model_validator(mode="after")
    def _gather(self, info: ValidationInfo) -> Self:
        environ: Mapping[str, str] = (info.context or {}).get("environ", {})
        found = [] if self.token is None else [("token", self.token.get_secret_value())]
        if self.token_env is not None:
            if not environ.get(self.token_env):
                raise ValueError(f"token_env: the environment variable {self.token_env} is not set")
            found.append((f"token_env: the variable {self.token_env}", environ[self.token_env]))
        if self.token_file is not None:
            about = f"token_file: {str(self.token_file)!r}"
            try:
                found.append((about, self.token_file.read_text(encoding="utf-8")))
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
                raise ValueError(f"{about} can't be read: {reason}") from None
        if len(found) > 1:
            raise ValueError("has more than one token; give one of token_file, token_env and token")
        for place, token in found:
            if not _TOKEN.fullmatch(token.strip()):
                raise ValueError(f"{place} is no token: 16 to 512 letters, digits and any of -._~+/= are needed")
            self._bearer = SecretStr(token.strip())
        if self.enabled and self._bearer is None and not is_loopback(self.host):
            raise ValueError(
                f"would serve everybody at {self.host}; give token_file, token_env or token, or keep to 127.0.0.1"
            )
        return self


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged, to stderr.")
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` is `console` on a terminal, and `json` otherwise."
    )


class Settings(Section):
    """All of it, checked."""

    topic: FilePath = Field(
        default_factory=lambda: Path.cwd() / "config/topics/belgorod.yaml",
        description="The topic file: names, aliases, places, what is relevant.",
    )
    data: FilePath = Field(
        default_factory=lambda: Path.cwd() / "data",
        description="The folder of the monitor's own server and of the alert log.",
    )
    redis: RedisSettings = RedisSettings()
    sources: tuple[ReplaySettings, ...] = Field((), description="Where posts come from.")
    sinks: tuple[SinkSettings, ...] = Field((LogSinkSettings(kind="log"),), description="Where alerts go to.")
    route: Route | None = Field(
        None, description="The top of the tree of routes; without it every sink gets every alert at once."
    )
    time_intervals: tuple[NamedTimes, ...] = Field((), description="Hours under a name, in which routes can be quiet.")
    alerts: AlertSettings = AlertSettings()
    retention: RetentionSettings = RetentionSettings()
    worker: WorkerSettings = WorkerSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()

    @property
    def plan(self) -> Plan:
        """Who gets which alert."""
        return Plan(
            sinks=tuple(sink.name for sink in self.sinks),
            logs=frozenset(sink.name for sink in self.sinks if isinstance(sink, LogSinkSettings)),
            tree=self.route or Route(),
            times=self.time_intervals,
        )

    @field_validator("sources", "sinks", "time_intervals")
    @classmethod
    def _named_once(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [one.name for one in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two of them are named {name!r}; give each a name of its own")
        return value


class _Environment(Settings, BaseSettings):
    """Only ever asked what the environment sets."""

    model_config = SettingsConfigDict(
        env_prefix="MONITOR_", env_nested_delimiter="_", env_nested_max_split=1, env_ignore_empty=True
    )


def load_settings(path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings of the file, the environment over them, `overrides` (nested like the file) over both.

    Without `path`, `config/monitor.yaml` is read if it exists. Raises ConfigError with every mistake and its place.
    """
    if path is None and DEFAULT_CONFIG.is_file():
        path = DEFAULT_CONFIG
    marked = read_marked(path) if path else None
    written = marked.data if marked and marked.data is not None else {}
    if not isinstance(written, dict):
        raise ConfigError(str(path), "must hold settings by name, such as `topic: topics/belgorod.yaml`")
    environment = _environment()
    values = _merged(_merged(_named(written), environment), overrides or {})
    base = Path(os.path.abspath(path)).parent if path else Path.cwd()
    try:
        settings = Settings.model_validate(values, context={"base": base, "environ": os.environ})
        found = [Problem(place, words) for place, words in mistakes(settings.plan)]
        if not found:
            return settings
    except ValidationError as error:
        found = problems(error, Settings)
    lines = [f"{_place(problem, marked, environment, overrides or {})}{problem}" for problem in found]
    about = str(path) if path else "settings"
    raise ConfigError(about, lines[0] if len(lines) == 1 else "\n  ".join([f"{len(lines)} mistakes:", *lines]))


def _environment() -> dict[str, Any]:
    try:
        values = EnvSettingsSource(_Environment)()
    except SettingsError as error:
        raise ConfigError("environment", f"{error}; the lists sources and sinks are JSON there") from error
    for name in ("topic", "data"):
        if name in values:
            values[name] = os.path.abspath(Path(values[name]).expanduser())
    return values


def _named(written: dict[Any, Any]) -> dict[str, Any]:
    """Without the sections that are named and left empty (all their lines commented out)."""
    return {str(name): value for name, value in written.items() if value is not None}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = _merged(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return merged


def _place(
    problem: Problem, marked: Marked | None, environment: Mapping[str, Any], overrides: Mapping[str, Any]
) -> str:
    """Who set it: the command line, the environment, or a line of the file."""
    if _holds(overrides, problem):
        return "command line: "
    if _holds(environment, problem):
        return f"environment: MONITOR_{'_'.join(str(part) for part in problem.loc[:2]).upper()}: "
    line = marked.line(problem.loc) if marked else None
    return f"line {line}: " if line else ""


def _holds(values: Mapping[str, Any], problem: Problem) -> bool:
    here: Any = values
    for part in problem.loc[:2]:
        if not isinstance(here, Mapping):
            return True
        if part not in here:
            return False
        here = here[part]
    return bool(problem.loc)
