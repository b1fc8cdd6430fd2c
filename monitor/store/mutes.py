"""What is muted: told nowhere but in the log, until an end that somebody gave with a reason."""

from datetime import datetime

from pydantic import ValidationError

from monitor.errors import MonitorError
from monitor.models import Mute
from monitor.store import keys, scripts
from monitor.store.connect import Connection
from monitor.store.limits import Limits
from monitor.store.unreadable import Told


class Mutes:
    """The mutes of one topic. Satisfies `protocols.MuteStore`."""

    def __init__(self, connection: Connection, topic: str, limits: Limits) -> None:
        self._connection = connection
        self._key = keys.mutes(topic)
        self._limits = limits
        self._told = Told()

    async def add(self, mute: Mute, now: datetime) -> None:
        """Holds from the next alert on. MonitorError when there are too many."""
        kept = max(mute.until, now) + self._limits.mute_kept
        added = await scripts.mute(
            self._connection,
            mutes_key=self._key,
            mute_id=mute.id,
            mute=mute.model_dump_json(),
            kept_s=int(kept.timestamp()),
            now_s=int(now.timestamp()),
            mutes=self._limits.mutes,
        )
        if not added:
            raise MonitorError(
                "mutes", f"there are {self._limits.mutes} already; end one with `monitor mute expire ID`"
            )

    async def expire(self, mute_id: str) -> bool:
        """Ends it from the next alert on; False when there is none."""
        return bool(await self._connection.command("HDEL", self._key, mute_id))

    async def all(self) -> list[Mute]:
        """As `protocols.MuteStore.all`."""
        found = await self._connection.command("HGETALL", self._key)
        pairs = zip(found[::2], found[1::2], strict=True)
        mutes = [mute for name, value in pairs if (mute := self._read(name, value.partition(" ")[2]))]
        return sorted(mutes, key=lambda mute: (mute.until, mute.id))

    def _read(self, mute_id: str, document: str) -> Mute | None:
        """One that can't be read must not keep everything from being told."""
        try:
            return Mute.model_validate_json(document)
        except ValidationError as error:
            self._told.unreadable("mute", error, mute=mute_id)
            return None
