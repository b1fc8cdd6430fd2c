"""Whether the monitor can do its work: each check says nothing, or in words why not."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from datetime import timedelta
from pathlib import Path

from monitor.errors import StoreError
from monitor.models import Disabled, Verdict
from monitor.protocols import PostStore
from monitor.web.metrics import CountedSink, WatchedSource

Check = Callable[[], Awaitable[str | None]]

CHECK_S = 2.0
"""A check that takes longer has failed."""

FREE_BYTES = 64 * 1024 * 1024
"""Below so much free space on the disk of the data folder, alerts are in danger."""


async def run(checks: Mapping[str, Check]) -> dict[str, str]:
    """The checks that failed, each with its reason; they run at the same time."""
    reasons = await asyncio.gather(*(_bounded(check) for check in checks.values()))
    return {name: reason for name, reason in zip(checks, reasons, strict=True) if reason is not None}


async def _bounded(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_S):
            return await check()
    except TimeoutError:
        return f"no answer within {CHECK_S:g} s"


def store_answers(posts: PostStore) -> Check:
    async def check() -> str | None:
        try:
            await posts.backlog()
        except StoreError as error:
            return str(error)
        return None

    return check


def sources_fresh(sources: Sequence[tuple[WatchedSource, timedelta]]) -> Check:
    """With each source how often it is polled: half a minute and three turns without success are too long."""

    async def check() -> str | None:
        stale = []
        for source, every in sources:
            if source.silent_s > 3 * every.total_seconds() + 30:
                because = f" ({source.error})" if source.error else ""
                stale.append(f"{source.name} was not read for {source.silent_s:.0f} s{because}")
        return "; ".join(stale) or None

    return check


def sinks_take(sinks: Sequence[CountedSink], local: Set[str], disabled: Callable[[], Mapping[str, Disabled]]) -> Check:
    """Sinks that were disabled, unless by hand, are told, and `local` ones (the log) that failed just now.

    A receiver elsewhere that is down for a while is no fault of the monitor: its alerts wait.
    """

    async def check() -> str | None:
        failing = [f"{name} is disabled: {one.because}" for name, one in disabled().items() if not one.by_hand]
        failing.extend(
            f"{sink.name}: {sink.last.error}"
            for sink in sinks
            if sink.name in local and sink.last and sink.last.verdict is Verdict.RETRY
        )
        return "; ".join(failing) or None

    return check


def disk_has_room(folder: Path, floor: int = FREE_BYTES) -> Check:
    async def check() -> str | None:
        try:
            free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        except OSError as error:
            return f"{str(folder)!r}: {error.strerror}"
        return None if free >= floor else f"{str(folder)!r}: {free // 1_000_000} MB free, {floor // 1_000_000} needed"

    return check
