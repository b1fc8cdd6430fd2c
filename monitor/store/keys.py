"""Every key that the monitor uses: its type, what ends or bounds it, and why it exists.

No other module spells a key. All keys of a topic carry the hash tag `{topic}`, so that a cluster keeps a topic in
one slot and a script may touch several of its keys. Names that come from outside (terms, threads) are digested.
"""

import re
from collections.abc import Callable

from monitor.models import Value, digest
from monitor.store.limits import Limits

_PREFIX = "monitor"
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_KEY = re.compile(rf"{_PREFIX}:\{{{_TOPIC.pattern}\}}:([a-z-]+)(?::.*)?", re.DOTALL)


class Kind(Value):
    """What a key holds. `expires`: it always has a time to live. `most`: how many members it may have, or None."""

    type: str
    expires: bool
    most: Callable[[Limits], int] | None
    why: str


_FEW = 64  # fields of a hash whose names are written in the scripts

KINDS = {
    "posts": Kind(
        type="stream",
        expires=False,
        most=lambda limits: limits.backlog,
        why="posts published and not yet acknowledged; an entry is deleted when it is, so that the length is the "
        "backlog, and publishing stops at the bound: nothing unprocessed is ever trimmed",
    ),
    "parked": Kind(
        type="stream",
        expires=False,
        most=lambda limits: limits.parked,
        why="entries that could not be processed, where they can be looked at; the oldest give way",
    ),
    "seen": Kind(type="string", expires=True, most=None, why="a post was published: it is published once"),
    "thread": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.thread_posts,
        why="the posts of a thread by position: what a post is read with, whoever was processed first",
    ),
    "cursors": Kind(
        type="hash",
        expires=False,
        most=lambda limits: 10_000,
        why="where each configured source goes on; one field a source",
    ),
    "counters": Kind(
        type="hash",
        expires=False,
        most=lambda limits: _FEW,
        why="the numbers given so far to posts, claims, filings and alerts; they only grow",
    ),
    "claim": Kind(
        type="hash",
        expires=True,
        most=lambda limits: _FEW,
        why="a claim: `doc` as judgement made it; `number`, `revision`, `alerted`, `disputed_by` as the store keeps "
        "them; `grown`, the filing that last brought it a new term. Each sighting renews its time",
    ),
    "claims": Kind(
        type="zset", expires=True, most=lambda limits: limits.claims_listed, why="claim ids by number: the listing"
    ),
    "index": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.claims_of_term,
        why="the claims that were sighted with a term, by the number of the filing that did so last",
    ),
    "filing": Kind(
        type="hash",
        expires=True,
        most=lambda limits: _FEW,
        why="a sighting, the claim it was filed under and why (`doc`), its number, and what was told of it",
    ),
    "filings": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.filings_listed,
        why="sighting ids by number: all filings in the order of the decisions",
    ),
    "filings-of": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.filings_of_claim,
        why="sighting ids of one claim by number",
    ),
    "alerts": Kind(
        type="stream",
        expires=True,
        most=lambda limits: limits.alerts_listed,
        why="the alerts; the entry `7-0` is the alert with seq 7, so that a range by seq is a range of the stream",
    ),
    "outbox": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.alerts_listed,
        why="the alerts that a sink has still to get, by seq: its queue",
    ),
    "grouped": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.alerts_listed,
        why="the alerts that a sink gets in a digest, by seq: they wait in a group, or for their digest to be settled",
    ),
    "groups": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.alerts_listed,
        why="the groups of a sink that alerts wait in, by the time in milliseconds when their digest is due",
    ),
    "group": Kind(
        type="hash",
        expires=True,
        most=lambda limits: _FEW,
        why="one group: the `seqs` that wait, its `interval`, and the time before which no `next` digest is due",
    ),
    "dead": Kind(
        type="zset",
        expires=True,
        most=lambda limits: limits.alerts_listed,
        why="the alerts that a sink did not get and is not offered again, by seq",
    ),
    "delivery": Kind(
        type="hash",
        expires=True,
        most=lambda limits: _FEW,
        why="one alert to one sink: state, attempts, the lease (`token`, `expires`), when it is `due`, the `seqs` of "
        "a digest or the `digest` that an alert is in, by the seq it stands under, the `log`: its "
        "latest attempts, bounded in number and age",
    ),
    "mutes": Kind(
        type="hash",
        expires=True,
        most=lambda limits: limits.mutes,
        why="what is muted, by id: the second until which it is kept, a space, its JSON; kept until the last one ends",
    ),
    "sink": Kind(
        type="hash",
        expires=True,
        most=lambda limits: _FEW,
        why="a sink's counts, its last success, since when it fails, and why and since when it is disabled; a "
        "dispatcher that asks for its deliveries keeps a disabled one disabled",
    ),
}


def kind(key: str) -> Kind | None:
    """What the key holds; None for a key that is not the monitor's."""
    matched = _KEY.fullmatch(key)
    return KINDS.get(matched.group(1)) if matched else None


def _key(topic: str, noun: str, *names: str) -> str:
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"{topic!r} can't name a topic: letters, digits, '_', '.', '-', at most 64")
    return ":".join((_PREFIX, f"{{{topic}}}", noun, *names))


def posts(topic: str) -> str:
    return _key(topic, "posts")


def parked(topic: str) -> str:
    return _key(topic, "parked")


def seen(topic: str, post_id: str) -> str:
    return _key(topic, "seen", post_id)


def thread(topic: str, thread_name: str) -> str:
    return _key(topic, "thread", digest(thread_name))


def cursors(topic: str) -> str:
    return _key(topic, "cursors")


def counters(topic: str) -> str:
    return _key(topic, "counters")


def counters_of_all() -> str:
    """The pattern of every topic's counters: a topic has them from its first post on, and for ever."""
    return f"{_PREFIX}:{{*}}:counters"


def topic_of(key: str) -> str:
    """The topic that a key of ours belongs to."""
    return key[key.index("{") + 1 : key.index("}")]


def claim(topic: str, claim_id: str) -> str:
    """With an empty id: the beginning of all claims' keys, for scripts that find ids in other keys."""
    return _key(topic, "claim", claim_id)


def claims(topic: str) -> str:
    return _key(topic, "claims")


def index(topic: str, term: str) -> str:
    return _key(topic, "index", digest(term))


def filing(topic: str, sighting_id: str) -> str:
    return _key(topic, "filing", sighting_id)


def filings(topic: str) -> str:
    return _key(topic, "filings")


def filings_of(topic: str, claim_id: str) -> str:
    return _key(topic, "filings-of", claim_id)


def alerts(topic: str) -> str:
    return _key(topic, "alerts")


def outbox(topic: str, sink_name: str) -> str:
    return _key(topic, "outbox", sink_name)


def grouped(topic: str, sink_name: str) -> str:
    return _key(topic, "grouped", sink_name)


def groups(topic: str, sink_name: str) -> str:
    return _key(topic, "groups", sink_name)


def group(topic: str, sink_name: str, name: str) -> str:
    """With an empty name: the beginning of the keys of all groups of the sink."""
    return _key(topic, "group", sink_name, name)


def dead(topic: str, sink_name: str) -> str:
    return _key(topic, "dead", sink_name)


def delivery(topic: str, sink_name: str, seq: int | str) -> str:
    """With an empty seq: the beginning of the keys of all deliveries to the sink."""
    return _key(topic, "delivery", sink_name, str(seq))


def mutes(topic: str) -> str:
    return _key(topic, "mutes")


def sink(topic: str, sink_name: str) -> str:
    return _key(topic, "sink", sink_name)
