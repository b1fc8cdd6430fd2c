"""Configuration: what wins, what is refused, and how a mistake is told."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, SecretStr

from monitor.cli.settings_table import settings_table
from monitor.errors import ConfigError
from monitor.settings import Settings, load_settings
from monitor.signing import Secret
from monitor.sink_settings import AppriseSettings, LogSinkSettings, StdoutSettings, WebhookSettings

SHIPPED = Path(__file__).parents[2] / "config" / "monitor.yaml"
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
TOKEN = "a-token-of-the-tests-0123456789"  # noqa: S105 - of the tests alone
OTHER_SECRET = "whsec_" + base64.b64encode(b"t" * 32).decode()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the shipped configuration by accident."""
    monkeypatch.chdir(tmp_path)


def config(folder: Path, text: str) -> Path:
    path = folder / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(config(folder, text))
    assert caught.value.about.endswith("monitor.yaml")
    return caught.value.message


def webhook(fields: dict[str, object]) -> str:
    sink = {"kind": "webhook", "name": "desk", "url": "https://desk.example.org"} | fields
    return yaml.safe_dump({"sinks": [sink]}, sort_keys=False)


def the_webhook(settings: Settings) -> WebhookSettings:
    (sink,) = settings.sinks
    assert isinstance(sink, WebhookSettings)
    return sink


# --- what is read


def test_without_a_file_every_setting_has_a_default(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data == tmp_path / "data"
    assert settings.redis.url is None
    assert settings.sinks == (LogSinkSettings(kind="log"),)
    assert settings.alerts.corroborated_at == (3, 5, 10)
    assert settings.web.host == "127.0.0.1"


def test_the_shipped_file_says_the_defaults_but_for_its_feed() -> None:
    shipped, plain = load_settings(SHIPPED), load_settings()
    assert shipped.model_copy(update={"topic": None, "data": None, "sources": ()}) == plain.model_copy(
        update={"topic": None, "data": None}
    )


def test_the_shipped_file_holds_every_setting() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for section, field in Settings.model_fields.items():
        assert f"\n{section}:" in text
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            for name in field.annotation.model_fields:
                assert f"\n  {name}:" in text or f"\n  # {name}:" in text, f"{section}.{name}"
    for sink in (WebhookSettings, LogSinkSettings, StdoutSettings, AppriseSettings):
        for name in sink.model_fields:
            assert f" {name}:" in text, name


def test_the_settings_table_names_every_setting() -> None:
    table = settings_table()
    for line in ("| `redis.url` | none |", "| `web.port` | `8080` |", "| `worker.drain` | `8s` |"):
        assert line in table
    assert "| `sinks[].name` | required |" in table
    assert "| `sources[].speed` | `1` |" in table


def test_the_file_beside_the_working_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    config(tmp_path / "config", "web: {port: 9999}")
    assert load_settings().web.port == 9999


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    path = config(tmp_path / "etc", "topic: t.yaml\ndata: ../state\nsources: [{feed: ../seeds}]")
    settings = load_settings(path)
    assert settings.topic == tmp_path / "etc" / "t.yaml"
    assert settings.data == tmp_path / "state"
    assert settings.sources[0].feed == tmp_path / "seeds"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_REDIS_URL", "redis://elsewhere:6379")
    monkeypatch.setenv("MONITOR_WORKER_RECLAIM_AFTER", "5s")
    monkeypatch.setenv("MONITOR_DATA", "here")
    monkeypatch.setenv("MONITOR_SOURCES", '[{"feed": "/feed", "speed": "max"}]')
    settings = load_settings(config(tmp_path, "redis: {url: 'redis://file'}\nworker: {batch: 7}\ndata: /var/data"))
    assert settings.redis.url == SecretStr("redis://elsewhere:6379")
    assert (settings.worker.batch, settings.worker.reclaim_after) == (7, timedelta(seconds=5))
    assert settings.data == tmp_path / "here"
    assert settings.sources[0].speed == "max"


def test_overrides_win_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_LOG_LEVEL", "error")
    settings = load_settings(config(tmp_path, "log: {level: debug, format: json}"), {"log": {"level": "warning"}})
    assert (settings.log.level, settings.log.format) == ("warning", "json")


def test_an_empty_variable_and_an_empty_section_set_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_REDIS_URL", "")
    assert load_settings(config(tmp_path, "redis:\n  # url: redis://localhost\n")).redis.url is None


def test_an_empty_file_is_a_configuration(tmp_path: Path) -> None:
    assert load_settings(config(tmp_path, "")).web.port == 8080


# --- secrets


def test_secrets_come_from_the_file_the_environment_and_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_SECRET", OTHER_SECRET)
    (tmp_path / "desk.secret").write_text(f"{SECRET}\n\n{OTHER_SECRET}\n", encoding="utf-8")
    text = webhook({"secret": SECRET, "secret_env": "DESK_SECRET", "secret_file": ["desk.secret"]})
    held = the_webhook(load_settings(config(tmp_path, text))).secrets
    assert held == tuple(map(Secret.parse, (SECRET, OTHER_SECRET, SECRET, OTHER_SECRET)))


def test_secrets_and_passwords_never_render(tmp_path: Path) -> None:
    text = webhook({"secret": [SECRET]}) + "redis: {url: 'redis://:hunter2@localhost'}\n"
    settings = load_settings(config(tmp_path, text))
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert SECRET.removeprefix("whsec_") not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("c2VjcmV0", "must begin with whsec_"),
        ("whsec_???", "what follows whsec_ is not base64"),
        ("whsec_c2VjcmV0", "it holds 6 bytes, and must hold 24 to 64"),
        ("whsec_" + base64.b64encode(b"x" * 65).decode(), "it holds 65 bytes"),
    ],
)
def test_a_secret_that_is_none_is_refused_without_being_shown(tmp_path: Path, secret: str, words: str) -> None:
    said = refusal(tmp_path, webhook({"secret": secret}))
    assert words in said
    assert "line 2: sinks[0]:" in said
    assert secret not in said


def test_a_secret_whose_padding_was_cut_off_is_a_secret(tmp_path: Path) -> None:
    cut = SECRET.rstrip("=")
    assert cut != SECRET
    assert the_webhook(load_settings(config(tmp_path, webhook({"secret": cut})))).secrets == (Secret.parse(SECRET),)


def test_missing_secrets_are_named(tmp_path: Path) -> None:
    assert "has no secret; give secret_file, secret_env or secret" in refusal(tmp_path, webhook({}))
    assert "the environment variable NO_SUCH is not set" in refusal(tmp_path, webhook({"secret_env": "NO_SUCH"}))
    said = refusal(tmp_path, webhook({"secret_file": "no.such"}))
    assert f"secret_file: {str(tmp_path / 'no.such')!r} can't be read: No such file or directory" in said
    (tmp_path / "empty").touch()
    assert "is empty" in refusal(tmp_path, webhook({"secret_file": "empty"}))


# --- where a webhook is


def test_the_url_of_a_webhook_comes_from_the_environment_or_a_file_of_its_own_and_never_renders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_URL", " https://chat.example.org/hidden\n")
    (tmp_path / "chat.url").write_text("https://chat.example.org/hidden\n", encoding="utf-8")
    for kept in ({"url_env": "CHAT_URL"}, {"url_file": "chat.url"}, {"url": "https://chat.example.org/hidden"}):
        settings = load_settings(config(tmp_path, webhook({"url": None, "body": "slack", **kept})))
        assert the_webhook(settings).address == SecretStr("https://chat.example.org/hidden")
        assert "hidden" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_webhook_needs_exactly_one_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_URL", "https://chat.example.org/hidden")
    (tmp_path / "chat.url").write_text("https://chat.example.org/hidden", encoding="utf-8")
    given: list[dict[str, object]] = [
        {"url": None},
        {"url_env": "CHAT_URL"},
        {"url_file": "chat.url"},
        {"url": None, "url_env": "CHAT_URL", "url_file": "chat.url"},
    ]
    for kept in given:
        said = refusal(tmp_path, webhook({"body": "slack", **kept}))
        assert "line 2: sinks[0]: needs a URL, from one of url_file, url_env and url" in said


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ({"url_env": "NO_SUCH"}, "url_env: the variable NO_SUCH is not set"),
        ({"url_env": "BAD_URL"}, "url_env: the variable BAD_URL is no webhook URL; it must begin with https://"),
        ({"url_env": "ODD_URL"}, "url_env: the variable ODD_URL is no URL"),
        ({"url_file": "no.such"}, "no.such' can't be read: No such file or directory"),
        ({"url_file": "empty"}, "empty' is empty"),
        ({"url_file": "latin"}, "latin' can't be read: not UTF-8"),
        ({"url_file": "bad"}, "bad' is no webhook URL: it names no host"),
    ],
)
def test_a_url_that_is_kept_elsewhere_is_refused_with_its_place_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, object], words: str
) -> None:
    monkeypatch.setenv("BAD_URL", "ftp://hidden@chat.example.org")
    monkeypatch.setenv("ODD_URL", "https://chat.example.org:hidden/")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "latin").write_bytes(b"https://caf\xe9.example.org/hidden")
    (tmp_path / "bad").write_text("https:///hidden", encoding="utf-8")
    said = refusal(tmp_path, webhook({"url": None, "body": "slack", **kept}))
    assert words in said
    assert "hidden" not in said


# --- who may ask


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_on_loopback_no_token_is_needed(tmp_path: Path, host: str) -> None:
    assert load_settings(config(tmp_path, f"web: {{host: '{host}'}}")).web.bearer is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "desk.example.org", "::ffff:1.2.3.4"])  # noqa: S104
def test_beyond_loopback_nothing_is_served_without_a_token(tmp_path: Path, host: str) -> None:
    said = refusal(tmp_path, f"web: {{host: '{host}'}}")
    assert f"line 1: web: would serve everybody at {host}; give token_file" in said
    assert load_settings(config(tmp_path, f"web: {{host: '{host}', enabled: false}}")).web.bearer is None
    assert load_settings(config(tmp_path, f"web: {{host: '{host}', token: {TOKEN}}}")).web.bearer == SecretStr(TOKEN)


def test_the_token_comes_from_the_environment_or_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", TOKEN)
    (tmp_path / "api.token").write_text(f"{TOKEN}\n", encoding="utf-8")
    for text in ("web: {token_env: API_TOKEN}", "web: {token_file: api.token}"):
        settings = load_settings(config(tmp_path, text))
        assert settings.web.bearer == SecretStr(TOKEN)
        assert TOKEN not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_token_that_is_none_is_refused_without_being_shown(tmp_path: Path) -> None:
    for token in ("hunter2", "sixteen letters and a space", "x" * 513, "ünter-sechzehn-zeichen"):
        said = refusal(tmp_path, f"web: {{token: '{token}'}}")
        assert "web: token is no token" in said
        assert token not in said
    assert "NO_SUCH is not set" in refusal(tmp_path, "web: {token_env: NO_SUCH}")
    assert "can't be read: No such file" in refusal(tmp_path, "web: {token_file: no.such}")
    (tmp_path / "api.token").write_text(TOKEN, encoding="utf-8")
    assert "more than one token" in refusal(tmp_path, f"web: {{token: {TOKEN}, token_file: api.token}}")


# --- mistakes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("topik: x", "line 1: topik: unknown setting; did you mean 'topic'?"),
        ("web:\n  prot: 1", "line 2: web.prot: unknown setting; did you mean 'port'?"),
        ("\n\nweb: {port: many}", "line 3: web.port: must be a valid integer"),
        ("web: {port: 70000}", "web.port: must be less than or equal to 65535"),
        ("worker: {drain: 5}", "line 1: worker.drain: 5 has no unit; write for example 5s, 5m, 5h or 5d"),
        ("worker: {drain: 5 parsecs}", "the unit 'parsecs' is unknown"),
        ("worker: {drain: soon}", "'soon' is no duration"),
        ("worker: {drain: 0s}", "worker.drain: must be greater than or equal to"),
        ("sources: [{feed: x, speed: 0}]", "sources[0].speed: 0 is no speed"),
        ("sources: [{feed: x, speed: fast}]", "'fast' is no speed; write a factor over 0, such as 60, or max"),
        ("sources: [{kind: rss, feed: x}]", "sources[0].kind: must be 'replay'"),
        ("sources: [{speed: 1}]", "sources[0].feed: is missing"),
        ("sources: [{feed: a}, {feed: b}]", "sources: two of them are named 'replay'"),
        ("sinks:\n - {kind: log, nam: x}", "line 2: sinks[0].nam: unknown setting; did you mean 'name'?"),
        ("sinks: [{kind: smoke}]", "sinks[0]: the kind 'smoke' is unknown; there are 'log', 'webhook'"),
        ("sinks: [{name: x}]", "sinks[0]: has no kind"),
        ("sinks: [{kind: log, name: '../x'}]", "sinks[0].name:"),
        ("sinks: [{kind: log}, {kind: log}]", "sinks: two of them are named 'log'"),
        ("redis: {url: localhost}", "redis.url: must begin with redis://, rediss:// or unix://"),
        ("redis: {url: 'redis://'}", "redis.url: names no host"),
        ("redis: {url: 'redis://x:port'}", "redis.url: is no URL"),
        ("redis: {url: 'redis://x/3'}", "names database '3'; only database 0 is used"),
        ("redis: {url: 'unix:///x.sock?db=1'}", "names database '1'"),
        ("alerts: {corroborated_at: [5, 3]}", "must be rising numbers"),
        ("alerts: {corroborated_at: [1]}", "alerts.corroborated_at[0]: must be greater than or equal to 2"),
        ("log: {level: loud}", "log.level: must be 'debug', 'info', 'warning' or 'error'"),
        ("[1, 2]", "must hold settings by name"),
        ("web: [", "line 1: is not YAML"),
        ("web: {}\nlog: {}\nweb: {}", "line 3: 'web' stands here twice"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


@pytest.mark.parametrize("url", ["desk", "ftp://desk/x", "https://", "http://[::1", "https://desk/#part", "https:desk"])
def test_a_webhook_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    assert "sinks[0].url: is no" in refusal(tmp_path, webhook({"url": url, "secret": SECRET}))


def test_networks_that_a_webhook_may_reach_are_networks(tmp_path: Path) -> None:
    said = refusal(tmp_path, webhook({"secret": SECRET, "allow_networks": ["10.0.0.0/8", "10.0.0.1/8"]}))
    assert "sinks[0].allow_networks[1]" in said


def test_all_mistakes_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_WEB_PORT", "http")
    path = config(tmp_path, "topik: x\nworker:\n  batch: 0\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {"log": {"level": "loud"}})
    said = caught.value.message.splitlines()
    assert said[0] == "4 mistakes:"
    assert [line.strip().split(": must")[0].split(": unknown")[0] for line in said[1:]] == [
        "line 3: worker.batch",
        "environment: MONITOR_WEB_PORT: web.port",
        "command line: log.level",
        "line 1: topik",
    ]


def test_a_list_in_the_environment_that_is_not_json_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_SINKS", "log")
    with pytest.raises(ConfigError, match=r"'environment': .*\"sinks\".*JSON"):
        load_settings()


def test_files_that_can_not_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_settings(tmp_path / "nowhere.yaml")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load_settings(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"topic: caf\xe9")
    with pytest.raises(ConfigError, match="is not UTF-8: byte 10"):
        load_settings(tmp_path / "latin.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="larger than 1,000,000 bytes"):
        load_settings(tmp_path / "huge.yaml")


def test_aliases_that_multiply_are_read_in_no_time(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    assert "40 mistakes" in refusal(tmp_path, "\n".join(lines))
