"""Opens what is known for somebody who looks: on the server by URL, or on the data folder's own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from monitor.errors import ConfigError, MonitorError
from monitor.extract.topic import load_topic
from monitor.models import Claim
from monitor.retention import limits
from monitor.settings import Settings
from monitor.store import Store, attach
from monitor.store.topics import topics

PATIENCE = timedelta(seconds=5)


@asynccontextmanager
async def reading(settings: Settings, *, named: bool) -> AsyncIterator[Store]:
    """The store of the topic, to look at and to change by hand. The daemon may run meanwhile, or not.

    `named`: the topic was asked for by its file. Otherwise it is the configured one if anything is known of it, or
    else the only one that something is known of.
    """
    async with AsyncExitStack() as stack:
        if settings.redis.url is not None:
            url = settings.redis.url.get_secret_value()
        else:
            url = await stack.enter_async_context(attach(settings.data))
        topic = await _topic(settings, url, named=named)
        yield await stack.enter_async_context(Store(url, topic=topic, limits=limits(settings), patience=PATIENCE))


async def _topic(settings: Settings, url: str, *, named: bool) -> str:
    if named:
        return load_topic(settings.topic).name
    known = await topics(url, PATIENCE)
    try:
        configured = load_topic(settings.topic).name
    except ConfigError:
        if len(known) != 1:
            raise
        return known[0]
    if configured in known or not known:
        return configured
    if len(known) > 1:
        raise ConfigError("topic", f"there are {', '.join(known)}, and not {configured!r}; name one with --topic FILE")
    return known[0]


async def find_claim(store: Store, wanted: str) -> Claim:
    """The claim by its id, the beginning of it, or its number (`#12`); MonitorError when there is none, or several."""
    if wanted.startswith("#"):
        found = [claim async for claim in store.claims.claims() if f"#{claim.number}" == wanted]
    else:
        start = wanted if wanted.startswith("claim_") else f"claim_{wanted}"
        exact = await store.claims.claim(start)
        found = [exact] if exact else [claim async for claim in store.claims.claims() if claim.id.startswith(start)]
    if not found:
        raise MonitorError(wanted, "there is no such claim; `monitor claims` lists them")
    if len(found) > 1:
        raise MonitorError(wanted, f"{len(found)} claims begin like this: {', '.join(one.id for one in found[:5])}")
    return found[0]
