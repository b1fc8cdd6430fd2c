"""The command line as a user starts it: real processes on a real server, what they print and how they end."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor import __version__, alerting, filing
from monitor.__main__ import app
from monitor.models import Claim, Sighting
from monitor.protocols import Choice
from monitor.store import Store
from tests.commanding import CONTROLS, HOSTILE, Done, Monitor
from tests.processes import SEEDS, TOPIC, configuration
from tests.unit.making import a_figure, a_sighting, no_claim, same_as
from tests.waiting import wait_until


async def record(store: Store, sighting: Sighting, choice: Choice | None = None) -> Claim:
    """Files a sighting and raises what is due, as the pipeline does."""
    made, filed = filing.file(sighting, choice or no_claim(), "test")
    revision = choice.claim.revision if choice and choice.claim else None
    recorded = await store.claims.record(filed, made, terms=(), epoch=0, expected_revision=revision)
    assert recorded.claim is not None
    raises, told = alerting.decide(recorded.claim, alerting.Policy())
    alerts = alerting.compose(recorded.claim, raises, sighting, sighting.received_at)
    raised = tuple((one, alert, ()) for one, alert in zip(raises, alerts, strict=True))
    await store.claims.raise_alerts(recorded.claim, sighting.id, raised, told)
    claim = await store.claims.claim(made.id)
    assert claim is not None
    return claim


@pytest.fixture
async def wounded(store: Store) -> Claim:
    """Six wounded, then eight, by another outlet."""
    six = a_sighting("at least six people were wounded", figures=(a_figure(6, high=None),), start=100, end=132)
    claim = await record(store, six)
    eight = a_sighting("eight people were wounded", after_hours=1, outlet="ITV News", figures=(a_figure(8),))
    return await record(store, eight, same_as(claim, "same place and thing counted"))


# --- help and mistakes


async def test_version_is_that_of_the_package(monitor: Monitor) -> None:
    assert await monitor("--version") == Done(0, f"monitor {__version__}\n", "")


COMMANDS = (
    "run", "replay", "tail", "claims", "show", "export", "deliveries", "redeliver",
    "sinks list", "sinks enable", "sinks disable", "sinks test", "mute add", "mute list", "mute expire",
    "receive", "check",
)  # fmt: skip


def test_the_help_lists_the_commands() -> None:
    shown = CliRunner().invoke(app, ["--help"], prog_name="monitor").output
    for name in COMMANDS:
        assert re.search(rf"^  {name.split()[0]} +\w", shown, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_explained_with_examples(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split(), "--help"], prog_name="monitor").output
    assert f"Usage: monitor {name}" in shown
    assert re.search(rf"Examples:\n(    .+\n)*    .*monitor {name.removesuffix(' list')}\b", shown)


def test_exit_codes_are_documented() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    for words in (
        "0 done",
        "1 failed",
        "2 wrong usage or configuration",
        "3 the store",
        "4 another daemon",
        "130 inter",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("dance",), 2, "No such command 'dance'"),
        (("replay",), 2, "Missing argument 'FEED'"),
        (("run", "--not"), 2, "No such option"),
        (("export", "everything"), 2, "must be sightings, claims, alerts or parked"),
        (("replay", "seeds", "--speed", "fast"), 2, "'fast' is no speed; write a factor over 0, such as 60, or max"),
        (("replay", "no/such/feed", "--data", "{data}"), 1, "there is no such feed"),
        (("run", "--config", "no.such.yaml"), 2, "'no.such.yaml': there is no such file"),
        (("claims", "--topic", "no.such.yaml"), 2, "no.such.yaml"),
        (("show", "nothing"), 1, "'nothing': there is no such claim"),
        (("receive", "--secret-env", "NO_SUCH"), 2, "the environment variable is not set"),
        (("receive", "--host", "192.0.2.1", "--port", "1"), 1, "'192.0.2.1:1': can't listen there"),
    ],
)
async def test_what_goes_wrong_is_a_line_in_words_and_an_exit_code(
    monitor: Monitor, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = await monitor(*(word.format(data=tmp_path / "data") for word in words))
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


async def test_a_server_that_is_not_there_is_told(monitor: Monitor) -> None:
    done = await monitor("claims", MONITOR_REDIS_URL="redis://:hunter2@127.0.0.1:1")
    assert done.code == 3
    assert "can't be reached" in done.err
    assert "hunter2" not in done.err


async def test_a_folder_without_data_is_told(monitor: Monitor, tmp_path: Path) -> None:
    done = await monitor("claims", "--data", tmp_path / "none", MONITOR_REDIS_URL="")
    assert (done.code, done.out) == (3, "")
    assert "holds no data of the monitor" in done.err
    assert not (tmp_path / "none").exists()


async def test_a_daemon_without_sources_is_refused(monitor: Monitor, tmp_path: Path) -> None:
    config = tmp_path / "monitor.yaml"
    config.write_text(f"topic: {TOPIC}\n", encoding="utf-8")
    done = await monitor("run", "--config", config)
    assert done.code == 2
    assert "'sources': there is none to read" in done.err


# --- looking at the data


@pytest.mark.usefixtures("wounded")
async def test_claims_are_lines_for_a_pipe(monitor: Monitor) -> None:
    (line,) = (await monitor("claims")).lines
    fields = line.split("\t")
    assert fields[1:] == [
        *("2023-05-22T12:00:00Z", "asserted", "Vyacheslav Gladkov", "≥6 → 8", "2", "2"),
        "at least six people were wounded",
    ]


async def test_claims_are_a_table_on_a_terminal(monitor: Monitor, wounded: Claim) -> None:
    shown = await monitor.on_terminal("claims", width=140)
    assert "\x1b[1mclaim" in shown
    assert wounded.id.removeprefix("claim_")[:8] in shown
    assert "≥6 → 8" in shown


async def test_claims_are_objects_with_json(monitor: Monitor, wounded: Claim) -> None:
    (line,) = (await monitor("claims", "--json")).lines
    claim = json.loads(line)
    assert (claim["id"], claim["sightings"], claim["status"]) == (wounded.id, 2, "asserted")
    assert [reading["value"] for reading in claim["ledger"]["readings"]] == [6, 8]


async def test_a_claim_is_shown_with_its_quotes_places_figures_and_reasons(monitor: Monitor, wounded: Claim) -> None:
    for name in (wounded.id, wounded.id.removeprefix("claim_")[:6], "#1"):
        shown = (await monitor("show", name, COLUMNS="200")).out
        for words in (
            "“at least six people were wounded”",
            "doc.txt:100-132",
            "people wounded",
            "update",
            "ITV News",
            "filed: same place and thing counted",
            "alerted: claim.new (first sighting, Vyacheslav Gladkov by Reuters)",
            "alerted: claim.updated (people wounded: at least 6 before, now 8 (Vyacheslav Gladkov))",
        ):
            assert words in shown
    held = json.loads((await monitor("show", "#1", "--json")).out)
    assert [one["decision"] for one in held["filings"]] == ["new", "update"]


@pytest.mark.usefixtures("wounded")
async def test_sightings_are_exported_in_the_order_of_the_decisions(monitor: Monitor, store: Store) -> None:
    await record(store, a_sighting("nobody was hurt", after_hours=2, stance="denied", via="Telegram", cue="say"))
    first, second, third = (json.loads(line) for line in (await monitor("export", "sightings")).lines)
    assert list(first)[:9] == [
        *("doc", "start", "end", "text", "claim_id", "claimant", "decision", "figure", "disputes"),
    ]
    assert (first["doc"], first["start"], first["end"], first["figure"]) == ("doc.txt", 100, 132, 6)
    assert first["text"] == "at least six people were wounded"
    assert [one["decision"] for one in (first, second, third)] == ["new", "update", "new"]
    assert first["claim_id"] == second["claim_id"] != third["claim_id"]
    assert (third["via"], third["cue"], third["stance"], third["figure"]) == ("Telegram", "say", "denied", None)
    assert (
        first.keys()
        == third.keys()
        >= {
            *("id", "post_id", "channel", "outlet", "url", "published_at", "places", "actors", "figures"),
            *("because", "told", "disputes"),
        }
    )


@pytest.mark.usefixtures("wounded")
async def test_alerts_and_claims_are_exported(monitor: Monitor) -> None:
    alerts = [json.loads(line) for line in (await monitor("export", "alerts")).lines]
    assert [(alert["seq"], alert["kind"]) for alert in alerts] == [(1, "claim.new"), (2, "claim.updated")]
    assert len((await monitor("export", "claims")).lines) == 1


async def test_nothing_known_is_nothing_printed(monitor: Monitor, store: Store) -> None:
    assert await store.alerts.last_seq() == 0
    assert await monitor("export", "sightings") == Done(0, "", "")
    assert "Nothing is claimed yet." in await monitor.on_terminal("claims")


# --- tail


@pytest.mark.usefixtures("wounded")
async def test_alerts_are_tailed_from_a_number_on(monitor: Monitor) -> None:
    one, two = (await monitor("tail", "--no-follow")).lines
    assert one.startswith("2023-05-22T12:00:00Z #1 claim.new Vyacheslav Gladkov: “at least six people")
    assert "[people wounded  6 → 8]" in two
    (line,) = (await monitor("tail", "--no-follow", "--after", "1", "--json")).lines
    assert json.loads(line)["seq"] == 2
    assert (await monitor("tail", "--no-follow", "-n", "1")).lines == [two]
    assert (await monitor("tail", "--no-follow", "-n", "0")).lines == []


@pytest.mark.usefixtures("wounded")
async def test_alerts_are_coloured_on_a_terminal(monitor: Monitor) -> None:
    shown = await monitor.on_terminal("tail", "--no-follow")
    assert "42m NEW \x1b" in shown
    assert "43m UPDATE \x1b" in shown
    assert "ITV News" in shown


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_tail_shows_each_alert_as_it_comes_until_it_is_interrupted(
    monitor: Monitor, store: Store, wounded: Claim, number: int, code: int
) -> None:
    assert wounded.alerted
    async with monitor.started("tail", "--json") as tail, asyncio.timeout(60):
        assert tail.stdout is not None
        assert [json.loads(await tail.stdout.readline())["seq"] for _ in range(2)] == [1, 2]
        await record(store, a_sighting("two tanks crossed the border", after_hours=3))
        assert json.loads(await tail.stdout.readline())["seq"] == 3
        tail.send_signal(number)
        assert await tail.wait() == code
        assert tail.stderr is not None
        assert await tail.stderr.read() == b""


async def test_a_reader_that_has_seen_enough_ends_the_export_quietly(monitor: Monitor, store: Store) -> None:
    for number in range(40):
        await record(store, a_sighting(f"{number} " + "tanks " * 900))
    async with monitor.started("export", "sightings") as export, asyncio.timeout(60):
        assert export.stdout is not None
        assert export.stderr is not None
        assert b"tanks" in await export.stdout.readline()
        export._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        assert await export.stderr.read() == b""
        assert await export.wait() == 0


# --- hostile text


async def test_nothing_of_a_feed_reaches_a_terminal_raw(monitor: Monitor, store: Store) -> None:
    fields: dict[str, Any] = dict.fromkeys(("outlet", "claimant", "via", "cue", "doc", "url"), HOSTILE)
    claim = await record(
        store, a_sighting(HOSTILE, places=(HOSTILE,), actors=(HOSTILE,), figures=(a_figure(6, HOSTILE),), **fields)
    )
    commands: list[tuple[str, ...]] = [("claims",), ("show", claim.id), ("tail", "--no-follow")]
    for words in commands:
        shown = await monitor.on_terminal(*words, width=200)
        for raw in ("\x1b]", "\x1b[31mwere", "\x07", "\u202e", "\u2066", "\x9b", "\x00"):
            assert raw not in shown
        assert "\\x1b" in shown
        assert not CONTROLS & set((await monitor(*words)).out)


async def test_exported_text_is_what_was_posted_and_harmless_all_the_same(monitor: Monitor, store: Store) -> None:
    claim = await record(store, a_sighting(HOSTILE, claimant=HOSTILE))
    commands = [("export", "sightings"), ("export", "alerts"), ("claims", "--json"), ("show", claim.id, "--json")]
    for words in commands:
        (line,) = (await monitor(*words)).lines
        assert not CONTROLS & set(line)
        assert HOSTILE in _strings(json.loads(line))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one)]


# --- check and replay


async def test_a_configuration_that_is_fine_is_said_to_be(monitor: Monitor, tmp_path: Path) -> None:
    done = await monitor("check", "--data", tmp_path, MONITOR_REDIS_URL="")
    assert done.code == 0
    assert [line.split()[0] for line in done.lines] == ["ok"] * 4
    assert "147 posts, 2023-05-22 17:00 to 2023-05-23 16:31 UTC" in done.out


async def test_a_server_that_may_forget_is_warned_about(monitor: Monitor, tmp_path: Path) -> None:
    done = await monitor("check", "--data", tmp_path)
    assert done.code == 0
    (line,) = (line for line in done.lines if line.startswith("warn"))
    assert line.split()[1] == "redis"
    assert "appendonly" in done.out


async def test_all_that_a_configuration_names_is_looked_at(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "a.txt").write_text("Fine.", encoding="utf-8")
    (tmp_path / "feed" / "b.txt").write_bytes(b"\xff")
    config = tmp_path / "monitor.yaml"
    config.write_text(
        "topic: none.yaml\n"
        "sources: [{name: half, feed: feed}, {name: none, feed: nowhere}]\n"
        "sinks: [{kind: log, path: monitor.yaml/alerts.jsonl}]\ndata: .\n",
        encoding="utf-8",
    )
    done = await monitor("check", "--config", config, MONITOR_REDIS_URL="redis://127.0.0.1:1")
    assert done.code == 2
    assert [line.split()[:3] for line in done.lines if line.startswith(("ok", "wrong"))] == [
        ["wrong", "topic", str(tmp_path / "none.yaml")],
        ["wrong", "source", "half"],
        ["wrong", "source", "none"],
        ["wrong", "sink", "log"],
        ["wrong", "redis"],
    ]
    for words in ("b.txt': is not UTF-8: byte 0", "there is no such feed", "is no folder", "can't be reached"):
        assert words in done.out


@pytest.mark.parametrize(
    ("data", "log", "wrong", "said"),
    [
        ("monitor.yaml", "/dev/null/alerts.jsonl", ["sink", "data"], "is no folder"),
        (".", "feed", ["sink"], "is no ordinary file"),
        ("/proc/none", "alerts.jsonl", ["sink", "data"], "'/proc': can't be written: No such file"),
        ("new/folder", "alerts.jsonl", [], "ok"),
    ],
)
async def test_check_knows_where_nothing_can_be_written(
    monitor: Monitor, tmp_path: Path, data: str, log: str, wrong: list[str], said: str
) -> None:
    (tmp_path / "feed").mkdir()
    config = tmp_path / "monitor.yaml"
    config.write_text(f"topic: {TOPIC}\nsinks: [{{kind: log, path: {log}}}]\ndata: {data}\n", encoding="utf-8")
    done = await monitor("check", "--config", config, MONITOR_REDIS_URL="")
    assert done.code == (2 if wrong else 0)
    assert [line.split()[1] for line in done.lines if line.startswith("wrong")] == wrong
    assert said in done.out
    assert names_in(tmp_path) == ["feed", "monitor.yaml"]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_replay_sums_up_what_it_did_and_what_was_wrong(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    text = (
        "Belgorod governor Vyacheslav Gladkov said six people were wounded in the shelling of Graivoron.\nTea is hot."
    )
    (tmp_path / "feed" / "desk.txt").write_text(text, encoding="utf-8")
    (tmp_path / "feed" / "void.txt").touch()
    words = ("replay", tmp_path / "feed", "--speed", "max", "--data", tmp_path / "data", "--topic", TOPIC)
    done = await monitor(*words, "--verbose", MONITOR_REDIS_URL="", MONITOR_LOG_LEVEL="error")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith("2000-01-01T00:00:00Z #1 claim.new Vyacheslav Gladkov: “")
    told = [line.split()[:2] for line in done.lines]
    for row in (["posts", "2"], ["sightings", "1"], ["claims", "1"], ["alerts", "1"]):
        assert row in told
    assert "Wrong in the feed: 1" in done.out
    assert "void.txt': is empty" in done.out
    again = await monitor(*words, MONITOR_REDIS_URL="")
    assert ["posts", "0"] in [line.split()[:2] for line in again.lines]
    assert '"feed.problem"' in again.err


def test_the_module_and_the_script_are_the_same_command() -> None:
    script = Path(sys.executable).with_name("monitor")
    assert script.exists()
    assert "from monitor.__main__ import main" in script.read_text(encoding="utf-8")


async def test_a_second_daemon_on_the_same_data_is_refused_and_the_first_goes_on(
    monitor: Monitor, tmp_path: Path
) -> None:
    config = configuration(tmp_path, sources=[{"feed": str(SEEDS), "speed": 1}], web={"enabled": False}, data="data")
    async with monitor.started("run", "--config", config, MONITOR_REDIS_URL="") as first:
        await wait_until((tmp_path / "data" / "alerts.jsonl").exists, "the first daemon has opened its log")
        second = await monitor("run", "--config", config, MONITOR_REDIS_URL="")
        assert second.code == 4
        assert str(tmp_path / "data") in second.err
        assert first.returncode is None
        first.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await first.wait() == 0
