"""Routing: every alert ends at each sink once: at once, in a digest, or suppressed with a reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import AlertClaim, Cause, Counts, Kind, Mute, Stance
from monitor.routing.matchers import parse
from monitor.routing.times import NamedTimes
from monitor.routing.tree import GROUP_INTERVAL, GROUP_WAIT, Plan, Route, Routing, mistakes, route
from tests.delivering import NOON, an_alert

SINKS = ("log", "desk", "night", "ops")
TREE = """
sinks: desk
routes:
  - matchers: ['kind="claim.disputed"']
    sinks: [ops]
  - matchers: 'claimant=~".*Gladkov"'
    sinks: [night]
    continue: true
    group_by: [place]
  - matchers: [outlets>=3]
    sinks: [desk, ops]
    group_wait: 10s
    group_interval: 1m
    mute_time_intervals: [noon]
    routes:
      - {matchers: [outlets>=10], group_wait: 0s, group_interval: 0s}
      - {matchers: ['kind="claim.updated"']}
"""
NOONS = NamedTimes.model_validate(
    {"name": "noon", "time_intervals": [{"times": [{"start_time": "12:00", "end_time": "13:00"}]}]}
)


def plan(tree: str = TREE, **fields: Any) -> Plan:
    given = {"sinks": SINKS, "logs": frozenset({"log"}), "times": (NOONS,)} | fields
    return Plan(tree=Route.model_validate(yaml.safe_load(tree)), **given)


def by_gladkov(outlets: int = 1, **fields: Any) -> dict[str, Any]:
    claim = {"text": "six wounded", "claimant": "Vyacheslav Gladkov", "stance": Stance.ASSERTED, "actors": ()}
    return {
        "claim": AlertClaim.model_validate(claim | {"places": ("Graivoron",)} | fields),
        "counts": Counts(sightings=outlets, outlets=outlets, origins=1, claimants=1),
    }


def by_tass(outlets: int = 1) -> dict[str, Any]:
    return by_gladkov(outlets, claimant="TASS")


def ends(routing: Routing) -> dict[str, str]:
    """What each sink gets, in a word."""
    got = {way.sink: f"after {way.group.wait.total_seconds():g} s" if way.group else "at once" for way in routing.ways}
    return got | {one.sink: "nothing" for one in routing.suppressed}


EVENING = NOON + timedelta(hours=8)


@pytest.mark.parametrize(
    ("alert", "desk", "night", "ops"),
    [
        (by_tass(), "at once", "nothing", "nothing"),
        (by_gladkov(), "nothing", "after 30 s", "nothing"),
        (by_gladkov(3), "after 10 s", "after 30 s", "after 10 s"),
        (by_tass(3), "after 10 s", "nothing", "after 10 s"),
        (by_tass(10), "at once", "nothing", "at once"),
        (by_tass(3) | {"ts": NOON}, "nothing", "nothing", "nothing"),
        (by_tass(10) | {"ts": NOON}, "at once", "nothing", "at once"),  # quiet hours are not inherited
        ({"kind": Kind.DISPUTED} | by_gladkov(10), "nothing", "nothing", "at once"),
    ],
)
def test_an_alert_goes_down_the_tree_as_operators_know_it(
    alert: dict[str, Any], desk: str, night: str, ops: str
) -> None:
    found = ends(route(an_alert(**{"ts": EVENING} | alert), plan(), ()))
    assert found == {"log": "at once", "desk": desk, "night": night, "ops": ops}


def test_without_a_tree_everything_goes_everywhere_at_once() -> None:
    found = route(an_alert(), Plan(sinks=SINKS), ())
    assert ends(found) == dict.fromkeys(SINKS, "at once")
    assert not found.suppressed


def test_what_is_suppressed_says_why() -> None:
    found = route(an_alert(ts=NOON, **by_tass(3)), plan(), ())
    assert {one.sink: (one.cause, one.because) for one in found.suppressed} == {
        "desk": (Cause.QUIET, "quiet hours 'noon' of route outlets>=3"),
        "night": (Cause.UNROUTED, "no route leads there; by route outlets>=3"),
        "ops": (Cause.QUIET, "quiet hours 'noon' of route outlets>=3"),
    }
    assert [way.because for way in found.ways] == ["a log gets everything"]


def test_a_sink_that_two_routes_lead_to_gets_an_alert_once_and_by_the_first() -> None:
    tree = """
    routes:
      - {matchers: [outlets>=1], sinks: [desk], continue: true, group_wait: 1m}
      - {matchers: [outlets>=1], sinks: [desk]}
    """
    found = route(an_alert(), plan(tree), ())
    assert [(way.sink, way.because) for way in found.ways] == [
        ("log", "a log gets everything"),
        ("desk", "by route outlets>=1"),
    ]
    assert found.ways[1].group


def test_a_sink_that_is_quiet_by_one_route_still_gets_what_another_leads_to_it() -> None:
    tree = """
    sinks: [night]
    routes:
      - {matchers: [outlets>=1], sinks: [desk], continue: true, mute_time_intervals: [noon]}
      - {matchers: ['kind="claim.new"'], sinks: [desk]}
    """
    assert ends(route(an_alert(ts=NOON), plan(tree), ()))["desk"] == "at once"


def test_groups_hold_what_is_alike_and_nothing_else() -> None:
    def group(places: tuple[str, ...], sink: str = "night") -> str:
        found = route(an_alert(ts=EVENING, **by_gladkov(3, places=places)), plan(), ())
        [way] = (way for way in found.ways if way.sink == sink)
        assert way.group
        return way.group.name

    assert group(("Graivoron",)) == group(("Graivoron",))
    assert group(("Graivoron",)) != group(("Kozinka",))
    assert group(("a", "b")) != group(("a b",))
    assert group(("Graivoron",), "desk") == group(("Kozinka",), "desk")
    assert group((), "desk") != group((), "ops")


def test_a_route_that_groups_waits_as_long_as_alertmanager_unless_told() -> None:
    found = route(an_alert(), plan("{group_by: [claimant]}"), ())
    groups = [way.group for way in found.ways if way.group]
    assert [(one.wait, one.interval) for one in groups] == [(GROUP_WAIT, GROUP_INTERVAL)] * 3


def a_mute(*matchers: str, hours: float = 1) -> Mute:
    until = NOON + timedelta(hours=hours)
    return Mute(id="mute_1", matchers=matchers, until=until, author="ada", reason="drill", created=NOON)


@pytest.mark.parametrize(
    ("mute", "muted"),
    [
        (a_mute('kind="claim.new"'), True),
        (a_mute('kind="claim.new"', "outlets>=1"), True),
        (a_mute('kind="claim.new"', "outlets>=2"), False),
        (a_mute('kind="claim.updated"'), False),
        (a_mute('kind="claim.new"', hours=0), False),
        (a_mute('kind="claim.new"', 'mood="bad"'), False),
    ],
)
def test_what_is_muted_goes_to_the_log_alone(mute: Mute, muted: bool) -> None:
    found = route(an_alert(), plan("{}"), [a_mute("outlets>=100"), mute])
    assert ends(found) == {"log": "at once"} | dict.fromkeys(SINKS[1:], "nothing" if muted else "at once")
    because = "muted by ada until 2023-05-22T13:00:00Z: drill (mute_1)"
    assert {(one.cause, one.because) for one in found.suppressed} == ({(Cause.MUTED, because)} if muted else set())


@pytest.mark.parametrize(
    ("tree", "place", "said"),
    [
        ("{matchers: [outlets>=3]}", ("route", "matchers"), "every alert comes in at the top"),
        ("{sinks: [dsk]}", ("route", "sinks", 0), "there is no sink 'dsk'; did you mean 'desk'?"),
        ("{routes: [{}, {sinks: [desk, x]}]}", ("route", "routes", 1, "sinks", 1), "there is no sink 'x'; there are"),
        (
            "{routes: [{mute_time_intervals: [non]}]}",
            ("route", "routes", 0, "mute_time_intervals", 0),
            "there are no time_intervals 'non'; did you mean 'noon'?",
        ),
    ],
)
def test_a_tree_that_can_not_be_meant_so_is_told_with_its_place(
    tree: str, place: tuple[str | int, ...], said: str
) -> None:
    [(found, words)] = mistakes(plan(tree))
    assert found == place
    assert said in words
    assert not list(mistakes(plan()))


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ("{group_by: [outlets]}", "outlets is a number; alerts are grouped by kind, "),
        ("{group_by: [plaice]}", "there is no 'plaice'; alerts are grouped by"),
        ("{group_wait: 5}", "has no unit"),
        ("{routes: [{matchers: [kindd=3]}]}", "did you mean 'kind'"),
    ],
)
def test_what_is_no_route_is_refused_in_words(tree: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plan(tree)


# --- whatever the tree


def durations() -> st.SearchStrategy[timedelta | None]:
    return st.none() | st.sampled_from([timedelta(0), timedelta(seconds=5)])


def matchers() -> st.SearchStrategy[Any]:
    written = ['kind="claim.new"', "outlets>=2", 'place="Kozinka"', 'claimant!~"G.*"', 'source="x"']
    return st.lists(st.sampled_from(written).map(parse), max_size=2).map(tuple)


def routes(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Route]:
    return st.builds(
        Route,
        matchers=matchers(),
        sinks=st.none() | st.lists(st.sampled_from(SINKS), max_size=4).map(tuple),
        group_by=st.none() | st.just(()) | st.just(("place",)),
        group_wait=durations(),
        group_interval=durations(),
        mute_time_intervals=st.just(()) | st.just(("noon",)),
        routes=below,
        **{"continue": st.booleans()},
    )


trees = st.recursive(
    routes(st.just(())), lambda inner: routes(st.lists(inner, max_size=3).map(tuple)), max_leaves=8
).map(lambda tree: tree.model_copy(update={"matchers": ()}))


@settings(max_examples=200, deadline=None)
@given(
    tree=trees,
    mutes=st.lists(st.integers(-1, 12).map(lambda hours: a_mute("outlets>=3", hours=hours)), max_size=2),
    outlets=st.integers(1, 4),
    places=st.lists(st.sampled_from(["Kozinka", "Graivoron"]), unique=True),
    at=st.integers(0, 24 * 60).map(lambda minute: NOON + timedelta(minutes=minute)),
)
def test_every_alert_ends_at_each_sink_exactly_once_with_a_reason(
    tree: Route, mutes: list[Mute], outlets: int, places: list[str], at: datetime
) -> None:
    alert = an_alert(ts=at, **by_gladkov(outlets, places=tuple(places)))
    drawn = Plan(SINKS, frozenset({"log"}), tree, (NOONS,))
    found = route(alert, drawn, mutes)
    assert sorted([one.sink for one in found.ways] + [one.sink for one in found.suppressed]) == sorted(SINKS)
    assert all([one.because for one in found.ways] + [one.because for one in found.suppressed])
    assert [way.sink for way in found.ways if way.sink == "log" and way.group is None] == ["log"]
    assert found == route(alert, drawn, mutes)
