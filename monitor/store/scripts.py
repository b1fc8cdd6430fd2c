# ruff: noqa: PLR0913 (a script has as many keys and arguments as it needs; here each has its name)
"""One typed function for each Lua script of `lua/`; what the script does, and why, stands at its head.

Durations are seconds or milliseconds as the names say, keys are made by `keys`, documents are JSON.
"""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.store.connect import Connection


class PostArgs(NamedTuple):
    """One post to publish: its two keys, its place in its thread, its JSON."""

    seen_key: str
    thread_key: str
    position: int
    post: str


async def publish(
    connection: Connection,
    *,
    posts_key: str,
    parked_key: str,
    cursors_key: str,
    counters_key: str,
    source: str,
    cursor: str,
    backlog: int,
    entry_bytes: int,
    parked: int,
    parked_bytes: int,
    seen_s: int,
    thread_s: int,
    thread_posts: int,
    posts: Sequence[PostArgs],
) -> int:
    """How many posts were new; -1 when the backlog is full."""
    keys = [posts_key, parked_key, cursors_key, counters_key]
    args: list[str | int | float] = [
        source, cursor, backlog, entry_bytes, parked, parked_bytes, seen_s, thread_s, thread_posts
    ]  # fmt: skip
    for post in posts:
        keys += [post.seen_key, post.thread_key]
        args += [post.position, post.post]
    return int(await connection.script("publish", keys, args))


class ReadEntry(NamedTuple):
    """An entry as it was read: its id, how often it was handed out, its fields and values in turn."""

    entry_id: str
    deliveries: int
    fields: list[str]


async def read(
    connection: Connection, *, posts_key: str, group: str, consumer: str, most: int, idle_ms: int
) -> list[ReadEntry]:
    """Entries for the consumer, without waiting. Raises StoreError "NOGROUP ..." when the group does not exist."""
    found = await connection.script("read", [posts_key], [group, consumer, most, idle_ms])
    return [ReadEntry(*entry) for entry in found]


async def ack(connection: Connection, *, posts_key: str, group: str, entry_id: str) -> bool:
    """False when it was acknowledged before."""
    return bool(await connection.script("ack", [posts_key], [group, entry_id]))


async def park(
    connection: Connection,
    *,
    posts_key: str,
    parked_key: str,
    counters_key: str,
    group: str,
    entry_id: str,
    because: str,
    parked: int,
    parked_bytes: int,
) -> bool:
    """False when the entry is gone."""
    return bool(
        await connection.script(
            "park", [posts_key, parked_key, counters_key], [group, entry_id, because, parked, parked_bytes]
        )
    )


class ClaimFields(NamedTuple):
    """A claim as it lies in the store. `doc` is None, like all the rest, when there is none."""

    doc: str | None
    number: str | None
    revision: str | None
    alerted: str | None
    disputed_by: str | None


class FilingFields(NamedTuple):
    """A filing as it lies in the store."""

    doc: str
    number: str
    told: str | None


async def candidates(
    connection: Connection,
    *,
    counters_key: str,
    claim_prefix: str,
    most: int,
    terms: Sequence[tuple[str, float]],
) -> tuple[int, list[ClaimFields]]:
    """The epoch, and the claims best first; `terms` are index keys with their weights."""
    epoch, *claims = await connection.script(
        "candidates", [counters_key, *(key for key, _ in terms)], [claim_prefix, most, *(weight for _, weight in terms)]
    )
    return int(epoch), [ClaimFields(*claim) for claim in claims]


async def record(
    connection: Connection,
    *,
    filing_key: str,
    claim_key: str,
    counters_key: str,
    claims_key: str,
    filings_key: str,
    filings_of_key: str,
    index_keys: Sequence[str],
    claim_prefix: str,
    claim_id: str,
    sighting_id: str,
    expected_revision: int | None,
    epoch: int,
    claim: str,
    filing: str,
    ttl_s: int,
    claims_listed: int,
    filings_listed: int,
    filings_of_claim: int,
    claims_of_term: int,
    disputes: int,
    disputed: Sequence[tuple[str, str]],
) -> tuple[ClaimFields, FilingFields] | None:
    """What stands now; None on a conflict. `disputed` are ids of claims, each with the link to write on it."""
    expected = "" if expected_revision is None else expected_revision
    args: list[str | int | float] = [
        claim_prefix, claim_id, sighting_id, expected, epoch, claim, filing, ttl_s,
        claims_listed, filings_listed, filings_of_claim, claims_of_term, disputes,
    ]  # fmt: skip
    for other, link in disputed:
        args += [other, link]
    answer = await connection.script(
        "record",
        [filing_key, claim_key, counters_key, claims_key, filings_key, filings_of_key, *index_keys],
        args,
    )
    return None if answer[0] == 1 else (ClaimFields(*answer[1]), FilingFields(*answer[2]))


class QueueKeys(NamedTuple):
    """The keys of one sink's queues."""

    outbox: str
    dead: str
    grouped: str
    groups: str


class WayArgs(NamedTuple):
    """One alert's way to one sink: into its queue, or with a `group` into that."""

    queues: QueueKeys
    delivery_prefix: str
    group_key: str
    group: str = ""
    wait_ms: int = 0
    interval_ms: int = 0


class AlertArgs(NamedTuple):
    """One alert to raise: its key within the claim, its JSON, its ways."""

    key: str
    alert: str
    ways: Sequence[WayArgs]


async def raise_alerts(
    connection: Connection,
    *,
    claim_key: str,
    filing_key: str,
    alerts_key: str,
    counters_key: str,
    revision: int,
    alerted: str,
    told: str,
    ttl_s: int,
    alerts_listed: int,
    of_digest: int,
    alerts: Sequence[AlertArgs],
) -> bool:
    """False when the claim has changed. `of_digest`: a group with so many alerts is due at once."""
    keys = [claim_key, filing_key, alerts_key, counters_key]
    args: list[str | int | float] = [revision, alerted, told, ttl_s, alerts_listed, of_digest]
    for alert in alerts:
        args += [alert.key, alert.alert, len(alert.ways)]
        for way in alert.ways:
            keys += [way.queues.outbox, way.queues.dead, way.queues.grouped, way.queues.groups, way.group_key]
            args += [way.delivery_prefix, way.group, way.wait_ms, way.interval_ms]
    return bool(await connection.script("raise_alerts", keys, args))


async def mute(
    connection: Connection, *, mutes_key: str, mute_id: str, mute: str, kept_s: int, now_s: int, mutes: int
) -> bool:
    """False when there are `mutes` already. `kept_s`: until when it is kept, in seconds of the epoch."""
    return bool(await connection.script("mute", [mutes_key], [mute_id, mute, kept_s, now_s, mutes]))


async def fetch(connection: Connection, *, keys: Sequence[str], fields: Sequence[str]) -> list[list[str | None]]:
    """The fields of each hash, in order."""
    if not keys:
        return []
    return list(await connection.script("fetch", keys, list(fields)))


class LeasedFields(NamedTuple):
    """One delivery, taken; `alerts` are all of a digest, by seq."""

    seq: int
    attempts: int
    alerts: list[tuple[int, str]]


class Leased(NamedTuple):
    """The next deliveries of a sink's queue, taken. `failing_since` in milliseconds."""

    failing_since: int | None
    deliveries: list[LeasedFields]


class DisabledFields(NamedTuple):
    """Why a sink is disabled, and since when in milliseconds."""

    because: str
    since_ms: int
    by_hand: bool


async def lease(
    connection: Connection,
    *,
    queues: QueueKeys,
    alerts_key: str,
    sink_key: str,
    delivery_prefix: str,
    group_prefix: str,
    token: str,
    now_ms: int,
    expires_ms: int,
    ttl_s: int,
    dead: int,
    of_digest: int,
    rate: int | None = None,
    per_ms: int = 0,
    under_way: int = 1,
    most: int = 1,
    attempts: int = 1,
    unreadable: Sequence[tuple[int, str]] = (),
) -> Leased | DisabledFields | int | None:
    """The head taken; or when something is due, in milliseconds; or None when nothing waits; or why there is none.

    `of_digest` is the most alerts that one holds. Of new deliveries `rate` may begin within `per_ms`; None: any number.
    So many as `under_way` may be leased at once, and `most` by this call. `unreadable` are alerts that were leased with
    this token and can't be read, each with the attempt to note, of which `attempts` are kept; they are dead.
    """
    words = [word for one in unreadable for word in one]
    answer = await connection.script(
        "lease",
        [queues.outbox, queues.dead, alerts_key, sink_key, queues.grouped, queues.groups],
        [
            delivery_prefix, token, now_ms, expires_ms, ttl_s, dead, group_prefix, of_digest,
            "" if rate is None else rate, per_ms, under_way, most, attempts, *words,
        ],
    )  # fmt: skip
    if not answer:
        return None
    if len(answer) == 1:
        return int(answer[0])
    if answer[0] == 1:
        return DisabledFields(answer[1], int(answer[2]), bool(answer[3]))
    _, failing_since, *deliveries = answer
    return Leased(int(failing_since) if failing_since else None, [_leased(*delivery) for delivery in deliveries])


def _leased(seq: int, attempts: int, *alerts: str) -> LeasedFields:
    pairs = zip(alerts[::2], alerts[1::2], strict=True)
    return LeasedFields(seq, attempts, [(int(number), alert) for number, alert in pairs])


async def settle(
    connection: Connection,
    *,
    delivery_key: str,
    delivery_prefix: str,
    queues: QueueKeys,
    sink_key: str,
    alerts_key: str,
    counters_key: str,
    others: Sequence[tuple[QueueKeys, str]],
    token: str,
    seq: int,
    verdict: str,
    attempt: str,
    due_ms: int | None,
    at_ms: int,
    because: str,
    ttl_s: int,
    attempts: int,
    alerts_listed: int,
    alert: str,
) -> bool:
    """False when the lease is another's by now. `others`: the queues of each sink that is told `alert`, with the
    beginning of its delivery keys.
    """
    due = "" if due_ms is None else due_ms
    keys = [delivery_key, queues.outbox, queues.dead, sink_key, alerts_key, counters_key, queues.grouped]
    args: list[str | int | float] = [
        token, seq, verdict, attempt, due, at_ms, because, ttl_s, attempts, alerts_listed, alert, delivery_prefix
    ]  # fmt: skip
    for other, prefix in others:
        keys += [other.outbox, other.dead, other.grouped]
        args.append(prefix)
    return bool(await connection.script("settle", keys, args))


async def disable(connection: Connection, *, sink_key: str, because: str, since_ms: int, ttl_s: int) -> bool:
    """False when it was disabled before."""
    return bool(await connection.script("disable", [sink_key], [because, since_ms, ttl_s]))


async def enable(connection: Connection, *, sink_key: str, outbox_key: str, delivery_prefix: str, now_ms: int) -> bool:
    """False when it was not disabled."""
    return bool(await connection.script("enable", [sink_key, outbox_key], [delivery_prefix, now_ms]))


async def redeliver(
    connection: Connection,
    *,
    queues: QueueKeys,
    alerts_key: str,
    delivery_prefix: str,
    now_ms: int,
    ttl_s: int,
    queued: int,
    seqs: Sequence[int],
) -> tuple[int, int, int]:
    """How many were queued, waited already, were refused. `queued` is the bound of the queue."""
    answer = await connection.script(
        "redeliver",
        [queues.outbox, queues.dead, alerts_key, queues.grouped],
        [delivery_prefix, now_ms, ttl_s, queued, *seqs],
    )
    return int(answer[0]), int(answer[1]), int(answer[2])


class DeliveryFields(NamedTuple):
    """A delivery as it lies in the store, with its alert and when that was raised in seconds."""

    tries: str | None
    due_ms: str | None
    log: str | None
    state: str | None
    digest: str | None
    alert: str | None
    raised_s: str | None


async def deliveries(
    connection: Connection, *, alerts_key: str, delivery_prefix: str, seqs: Sequence[int]
) -> list[DeliveryFields]:
    """Those of a sink, in the order of `seqs`."""
    if not seqs:
        return []
    found = await connection.script("deliveries", [alerts_key], [delivery_prefix, *seqs])
    return [DeliveryFields(*fields) for fields in found]
