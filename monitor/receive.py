"""A sample receiver of webhooks: verifies each request, shows what came, says no to what it can't believe.

For trying a configuration, for demonstrations, and as an example of how a receiver treats a repeated id.

    204  verified (also when its id was seen before: the sender only wants to know that it arrived)
    400  not JSON, or not an alert's form        401  the signature does not fit
    408  its body took too long to come          413  larger than a webhook may be
    any status that it was told to fail with
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from aiohttp import web
from rich.console import Console
from rich.text import Text

from monitor.display import json_safe, safe
from monitor.errors import MonitorError
from monitor.signing import ID, Secret, verify
from monitor.timing import wall_clock

LIMIT_BYTES = 64 * 1024
BODY_S = 10.0
"""So long a body may take in all: below the 15 s after which a sender of ours gives up, so that it learns why."""
IDLE_S = 75.0
"""A connection on which no whole request comes for so long is closed; the library's own limit is an hour."""
LINGERING_S = 2.0
"""So long the rest of a refused body is read and thrown away, so that the sender sees the answer."""
STYLES = {"claim.new": "bold green", "claim.updated": "bold yellow", "claim.disputed": "bold red"}


@dataclass(frozen=True)
class Received:
    """A verified webhook. `verified` is False only when the receiver has no secret to verify with."""

    webhook_id: str
    at: datetime
    verified: bool
    duplicate: bool
    body: dict[str, Any]


class Receiver:
    """Answers POST on any path. Shows each believed request through `show`, each refusal through `refuse`."""

    def __init__(
        self,
        secrets: Sequence[Secret],
        show: Callable[[Received], None],
        refuse: Callable[[int, str], None] = lambda status, because: None,
        *,
        fail_first: int = 0,
        fail_status: int = 503,
        remember: int = 10_000,
        body_s: float = BODY_S,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Fails the first `fail_first` genuine requests with `fail_status`; remembers the last `remember` ids.

        A body that is not there after `body_s` is waited for no longer, however steadily it comes.
        """
        self._secrets = tuple(secrets)
        self._show = show
        self._refuse = refuse
        self._to_fail = fail_first
        self._fail_status = fail_status
        self._remember = remember
        self._body_s = body_s
        self._clock = clock
        self._seen: OrderedDict[str, None] = OrderedDict()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LIMIT_BYTES)
        app.router.add_post("/{path:.*}", self._receive)
        return app

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(self._body_s):
                raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._no(413, f"larger than {LIMIT_BYTES} bytes")
        except TimeoutError:
            refusal = self._no(408, f"the body was not there after {self._body_s:g} s")
            refusal.force_close()  # what still comes of it is no next request
            return refusal
        if self._secrets:
            verification = verify(self._secrets, request.headers, raw, self._clock())
            if not verification.genuine:
                return self._no(401, verification.because)
        body = _parse(raw)
        webhook_id = request.headers.get(ID, "")
        if body is None or not webhook_id:
            return self._no(400, 'not a webhook: {"type", "timestamp", "data"} with a webhook-id is expected')
        if self._to_fail > 0:
            self._to_fail -= 1
            return self._no(self._fail_status, f"{webhook_id} is failed on purpose")
        duplicate = self._note(webhook_id)
        self._show(Received(webhook_id, self._clock(), bool(self._secrets), duplicate, body))
        return web.Response(status=204)

    def _no(self, status: int, because: str) -> web.Response:
        self._refuse(status, because)
        return web.Response(status=status, text=because + "\n")

    def _note(self, webhook_id: str) -> bool:
        """Whether the id was seen before; from now on it was."""
        duplicate = webhook_id in self._seen
        self._seen[webhook_id] = None
        self._seen.move_to_end(webhook_id)
        while len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return duplicate


def _parse(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict) or not isinstance(body.get("type"), str):
        return None
    return body


# --- showing


def as_json(received: Received) -> str:
    """One line for programs."""
    line = {
        "received_at": received.at.isoformat(),
        "webhook_id": received.webhook_id,
        "verified": received.verified,
        "duplicate": received.duplicate,
    }
    line |= {name: value for name, value in received.body.items() if name not in line}  # what is ours, no body says
    return json_safe(json.dumps(line, ensure_ascii=False, separators=(",", ":")))


def as_text(received: Received) -> Text:
    """A block for people: kind, marks and claim; the claim's words; the reason. Nothing of it comes raw."""
    data = received.body["data"]
    digest = data.get("alerts") if isinstance(data.get("alerts"), list) else None
    kind = str(received.body["type"])
    about = f"{len(digest)} alerts" if digest else f"#{safe(str(data.get('seq', '?')), limit=12)}"
    text = Text()
    text.append(f"{received.at:%H:%M:%S} ", style="dim")
    text.append(f"{safe(kind, limit=40):<19}", style=STYLES.get(kind, "bold"))
    text.append(f" {about} ", style="dim")
    text.append("verified" if received.verified else "not verified", style="green" if received.verified else "yellow")
    if received.duplicate:
        text.append(" duplicate", style="magenta")
    text.append(f"  {safe(received.webhook_id, limit=64)}", style="dim")
    for one in digest or [data]:
        _append_alert(text, one if isinstance(one, dict) else {}, numbered=digest is not None)
    return text


def _append_alert(text: Text, data: dict[str, Any], *, numbered: bool) -> None:
    """Who, what and why, or which sink; of a digest's alerts, which stand there in short, number and kind too."""
    about = next((data[name] for name in ("claim", "sink") if isinstance(data.get(name), dict)), data)
    text.append("\n  ")
    if numbered:
        named = f"#{safe(str(data.get('seq', '?')), limit=12)} {safe(str(data.get('kind', '?')), limit=40)}  "
        text.append(named, style="dim")
    text.append(safe(str(about.get("claimant", about.get("name", "?"))), limit=120), style="bold")
    if said := about.get("text"):
        text.append(f": {safe(str(said), limit=600)}")
    if not numbered:
        text.append(f"\n  {safe(str(data.get('reason', '')), limit=300)}", style="dim")


# --- serving


async def serve(
    host: str,
    port: int,
    secrets: Sequence[Secret],
    out: TextIO,
    stopping: asyncio.Event,
    *,
    json_lines: bool = False,
    fail_first: int = 0,
    fail_status: int = 503,
    body_s: float = BODY_S,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Receives until `stopping` is set. Calls `ready` with the port once it listens (port 0: any free one).

    Writes to `out` what came: a block an alert, or with `json_lines` one JSON object a line and nothing else.
    Raises MonitorError when it can't listen there.
    """
    console = Console(file=out, highlight=False, soft_wrap=True)

    def show(received: Received) -> None:
        if json_lines:
            out.write(as_json(received) + "\n")
            out.flush()
        else:
            console.print(as_text(received))

    def refuse(status: int, because: str) -> None:
        if not json_lines:
            console.print(
                Text(f"{wall_clock():%H:%M:%S} refused with {status}: {safe(because, limit=200)}", style="red")
            )

    receiver = Receiver(secrets, show, refuse, fail_first=fail_first, fail_status=fail_status, body_s=body_s)
    runner = web.AppRunner(
        receiver.app(),
        access_log=None,
        shutdown_timeout=2,
        keepalive_timeout=IDLE_S,
        lingering_time=LINGERING_S,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise MonitorError(f"{host}:{port}", f"can't listen there: {error.strerror or error}") from error
        ready(int(runner.addresses[0][1]))
        await stopping.wait()
    finally:
        await runner.cleanup()
