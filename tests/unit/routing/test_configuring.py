"""Routes in the configuration and on the command line: what is read, and how a mistake is told."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.mutes import made
from monitor.cli.render import alert_line
from monitor.cli.routes import labels
from monitor.errors import ConfigError
from monitor.models import Cause, Rate, Suppressed
from monitor.routing.tree import decide
from monitor.settings import load_settings
from tests.delivering import NOON, an_alert
from tests.processes import TOPIC, run
from tests.unit.test_settings import config, refusal

SINKS = """
sinks:
  - {kind: log}
  - {kind: stdout, name: desk, rate_limit: {alerts: 30, per: 1m}}
  - {kind: stdout, name: night}
"""
ROUTES = """
route:
  sinks: [desk]
  group_by: [claimant]
  routes:
    - matchers: ['kind="claim.updated"', outlets>=3]
      sinks: night
      continue: true
      group_wait: 10s
      mute_time_intervals: [nights]
    - matchers: [outlets>=5]
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: 22:00, end_time: "24:00"}], location: Europe/Kyiv}]
"""


def test_the_plan_is_that_of_the_file(tmp_path: Path) -> None:
    plan = load_settings(config(tmp_path, SINKS + ROUTES)).plan
    assert (plan.sinks, plan.logs) == (("log", "desk", "night"), frozenset({"log"}))
    routing = decide(labels(["kind=claim.updated", "outlets=5"]), NOON, plan, ())
    ways = {way.sink: way.group and way.group.wait for way in routing.ways}
    assert ways == {"log": None, "desk": timedelta(seconds=30), "night": timedelta(seconds=10)}


def test_without_routes_everything_goes_everywhere(tmp_path: Path) -> None:
    plan = load_settings(config(tmp_path, SINKS + "route:\n")).plan
    routing = decide(labels(["kind=claim.new"]), NOON, plan, ())
    assert [(way.sink, way.group) for way in routing.ways] == [("log", None), ("desk", None), ("night", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("route:\n  sinks: [dsk]", "line 7: route.sinks[0]: there is no sink 'dsk'; did you mean 'desk'?"),
        (
            "route:\n  routes:\n    - sinks: [desk]\n      matchers: ['kin=\"claim.new\"']",
            "line 9: route.routes[0].matchers[0]: 'kin' can't be matched; did you mean 'kind'?",
        ),
        (
            "route:\n  routes:\n    - routes:\n      - matchers: [outlets>=3]\n        sinks: [desk, x]",
            "line 10: route.routes[0].routes[0].sinks[1]: there is no sink 'x'; there are log, desk, night",
        ),
        ("route:\n  contine: true", "route.contine: unknown setting; did you mean 'continue'?"),
        ("route:\n  group_wait: 5", "route.group_wait: 5 has no unit"),
        ("route:\n  mute_time_intervals: [x]", "route.mute_time_intervals[0]: there are no time_intervals 'x'"),
        ("route:\n  matchers: [outlets>=3]", "route.matchers: every alert comes in at the top"),
        (
            "time_intervals:\n  - name: x\n    time_intervals: [{times: [{start_time: 6, end_time: x}]}]",
            "'x' is no time of the day",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, SINKS + text)


def test_two_time_intervals_can_not_have_one_name(tmp_path: Path) -> None:
    one = '{name: x, time_intervals: [{weekdays: ["sunday"]}]}'
    assert "two of them are named 'x'" in refusal(tmp_path, SINKS + f"time_intervals: [{one}, {one}]")


@pytest.mark.parametrize("limit", ["{alerts: 0, per: 1m}", "{alerts: 3}", "{alerts: 3, per: 0s}"])
def test_a_rate_limit_needs_a_number_and_a_time(tmp_path: Path, limit: str) -> None:
    with pytest.raises(ConfigError, match="rate_limit"):
        load_settings(config(tmp_path, f"sinks: [{{kind: stdout, rate_limit: {limit}}}]"))


def test_a_sinks_rate_limit_is_its_lanes() -> None:
    from monitor.destinations import lane  # noqa: PLC0415
    from monitor.sink_settings import LogSinkSettings, RateLimit, StdoutSettings  # noqa: PLC0415
    from tests.unit.test_dispatcher import Receiver  # noqa: PLC0415

    limit = RateLimit(alerts=3, per=timedelta(minutes=1))
    limited = lane(Receiver("desk"), StdoutSettings(kind="stdout", rate_limit=limit))
    assert limited.rate == Rate(deliveries=3, per=timedelta(minutes=1))
    assert lane(Receiver("log"), LogSinkSettings(kind="log")).rate is None


def test_check_shows_where_an_alert_would_go_and_why(tmp_path: Path) -> None:
    where = config(tmp_path, SINKS + ROUTES.replace("mute_time_intervals: [nights]", ""))
    shown = run("check", "-c", where, "--route", "kind=claim.updated", "--route", "outlets=3").stdout
    assert [" ".join(line.split()) for line in shown.splitlines()] == [
        "at once log a log gets everything",
        'digest after 10s, then every 5m night by route kind="claim.updated", outlets>=3',
        'nothing desk no route leads there; by route kind="claim.updated", outlets>=3',
    ]
    refused = run("check", "-c", where, "--route", "outlets>=3", status=2)
    assert "says not what an alert is; write outlets=VALUE" in refused.stderr


def test_check_counts_routes_and_names_sinks_that_none_leads_to(tmp_path: Path) -> None:
    where = config(tmp_path, f"topic: {TOPIC}\ndata: {tmp_path}\n{SINKS}\nroute:\n  routes: [{{sinks: [night]}}]\n")
    assert "ok    route          2 routes\n" in run("check", "-c", where).stdout
    where = config(tmp_path, f"topic: {TOPIC}\ndata: {tmp_path}\n{SINKS}\nroute: {{sinks: [night]}}\n")
    assert "ok    route          1 route; none leads to desk\n" in run("check", "-c", where).stdout


# --- mutes


def a_mute(*matchers: str, **options: str | None) -> str:
    given = {"lasting": "2h", "until": None, "author": "ada", "reason": " a \n drill "} | options
    return made(matchers or ('kind="claim.new"',), now=NOON, **given).model_dump_json()  # type: ignore[arg-type]


def test_a_mute_is_what_was_asked_for_and_the_same_again_is_the_same() -> None:
    mute = json.loads(a_mute("kind=claim.new", "outlets<3"))
    assert (mute["matchers"], mute["until"]) == (['kind="claim.new"', "outlets<3"], "2023-05-22T14:00:00Z")
    assert (mute["author"], mute["reason"]) == ("ada", "a drill")
    same = json.loads(a_mute("kind=claim.new", "outlets<3", lasting=None, until="2023-05-22T16:00+02:00"))
    assert mute == same
    assert json.loads(a_mute("kind=claim.new"))["id"] != mute["id"]


@pytest.mark.parametrize(
    ("matchers", "options", "said"),
    [
        (("kin=x",), {}, "did you mean 'kind'"),
        ((), {"lasting": None}, "say when it ends"),
        ((), {"until": "2023-05-22T16:00Z"}, "say when it ends"),
        ((), {"lasting": "2"}, "has no unit"),
        ((), {"lasting": None, "until": "tomorrow"}, "'tomorrow' is no time"),
        ((), {"lasting": None, "until": "2h"}, "'2h' is no time"),
        ((), {"reason": " "}, "must be words"),
        ((), {"author": "a" * 201}, "must be words, at most 200 characters"),
    ],
)
def test_what_is_no_mute_is_refused_in_words(
    matchers: tuple[str, ...], options: dict[str, str | None], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        a_mute(*matchers, **options)


def test_a_user_without_a_name_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_011)
    with pytest.raises(ConfigError, match="--author': say who wants it so"):
        a_mute(author=None)


def test_who_looks_at_an_alert_sees_who_is_not_told_and_why() -> None:
    kept = Suppressed(
        sink="desk", cause=Cause.MUTED, because="muted by ada until 2023-05-22T14:00:00Z: a \x1b[2J drill (mute_1)"
    )
    line = alert_line(an_alert(suppressed=(kept,))).plain
    assert line.endswith(r"[not to desk: muted by ada until 2023-05-22T14:00:00Z: a \x1b[2J drill (mute_1)]")
    assert "not to" not in alert_line(an_alert()).plain
