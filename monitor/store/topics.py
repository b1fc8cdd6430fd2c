"""Which topics a server holds."""

from datetime import timedelta

from monitor.store import keys
from monitor.store.connect import connected

PAGE = 1000


async def topics(url: str, patience: timedelta = timedelta(seconds=10)) -> tuple[str, ...]:
    """The names of the topics that posts were ever published for, in alphabetical order. Raises StoreError.

    Walks over all keys of the server: for a command that a person waits for, not for a loop.
    """
    pattern = keys.counters_of_all()
    found: set[str] = set()
    async with connected(url, patience) as connection:
        cursor = "0"
        while True:
            cursor, names = await connection.command("SCAN", cursor, "MATCH", pattern, "COUNT", PAGE)
            found.update(keys.topic_of(name) for name in names)
            if str(cursor) == "0":
                return tuple(sorted(found))
