"""The sample receiver, as a sender and as a person in front of it meet it."""

import asyncio
import io
import json
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest

from monitor import receive
from monitor.alerting import about_sink
from monitor.errors import MonitorError
from monitor.models import AlertClaim, AlertSink, Kind, Outcome, Stance, Verdict
from monitor.receive import BODY_S, LIMIT_BYTES, serve
from monitor.signing import Secret, sign
from monitor.sinks.guard import Guard
from monitor.sinks.standard import render_digest, standard
from monitor.sinks.webhook import WebhookSink
from tests.delivering import NOON, OTHER_SECRET, SECRET, a_delivery, an_alert

HOSTILE = "six\x1b[2J\x1b]0;owned\x07 people\u202e were\nwounded [red]now[/red] \x9b31m"


@dataclass
class Running:
    url: str
    out: io.StringIO

    @property
    def port(self) -> int:
        return int(self.url.split(":")[2].split("/")[0])

    @property
    def shown(self) -> str:
        return self.out.getvalue()


@asynccontextmanager
async def receiving(
    *secrets: Secret, json_lines: bool = False, fail_first: int = 0, fail_status: int = 503, body_s: float = BODY_S
) -> AsyncIterator[Running]:
    out = io.StringIO()
    stopping = asyncio.Event()
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(
            "127.0.0.1",
            0,
            secrets,
            out,
            stopping,
            json_lines=json_lines,
            fail_first=fail_first,
            fail_status=fail_status,
            body_s=body_s,
            ready=listening.set_result,
        )
    )
    either: set[asyncio.Future[Any]] = {serving, listening}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    try:
        yield Running(f"http://127.0.0.1:{await listening}/hooks/desk", out)
    finally:
        stopping.set()
        async with asyncio.timeout(10):
            await serving


async def deliver(
    url: str, *seqs: int, secret: Secret = SECRET, text: str = "six people were wounded"
) -> list[Outcome]:
    sink = WebhookSink("desk", url, [secret], Guard([ip_network("127.0.0.0/8")]))
    claim = AlertClaim(text=text, claimant="Gladkov", stance=Stance.ASSERTED, places=(), actors=())
    try:
        return [await sink.send(a_delivery(an_alert(seq, claim=claim))) for seq in seqs]
    finally:
        await sink.close()


async def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    if headers is None:
        headers = sign([SECRET], "alert_1", datetime.now(UTC), body)
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status


async def test_what_the_monitor_sends_is_verified_and_shown() -> None:
    async with receiving(SECRET) as running:
        outcomes = await deliver(running.url, 1, 2)
    assert [outcome.status for outcome in outcomes] == [204, 204]
    assert running.shown.count("claim.new") == 2
    assert running.shown.count("verified") == 2
    assert "Gladkov: six people were wounded" in running.shown


async def test_a_webhook_that_comes_again_is_accepted_and_marked() -> None:
    async with receiving(SECRET) as running:
        outcomes = await deliver(running.url, 1, 2, 1)
    assert [outcome.status for outcome in outcomes] == [204, 204, 204]
    assert running.shown.count("duplicate") == 1


async def test_any_of_several_secrets_is_believed() -> None:
    async with receiving(OTHER_SECRET, SECRET) as running:
        assert [outcome.status for outcome in await deliver(running.url, 1)] == [204]


async def test_another_secret_is_not_believed_and_nothing_of_it_is_shown() -> None:
    async with receiving(SECRET) as running:
        [outcome] = await deliver(running.url, 1, secret=OTHER_SECRET)
    assert (outcome.verdict, outcome.status) == (Verdict.DEAD, 401)
    assert "no signature fits" in (outcome.answer or "")
    assert "Gladkov" not in running.shown
    assert "refused with 401" in running.shown


async def test_an_old_request_sent_once_more_is_not_believed() -> None:
    body = b'{"type":"claim.new","timestamp":"","data":{}}'
    headers = sign([SECRET], "alert_1", datetime.now(UTC) - timedelta(minutes=6), body)
    async with receiving(SECRET) as running:
        assert await post(running.url, body, headers) == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"type":1,"data":{}}', b'{"type":"x","data":[]}', b"\xff", b"[" * 30_000]
)
async def test_what_is_no_alert_is_refused(body: bytes) -> None:
    async with receiving(SECRET) as running:
        assert await post(running.url, body) == 400


async def test_what_is_too_large_is_refused() -> None:
    async with receiving(SECRET) as running:
        assert await post(running.url, b" " * (LIMIT_BYTES + 1)) == 413


@pytest.mark.parametrize("framing", [f"Content-Length: {LIMIT_BYTES}", "Transfer-Encoding: chunked"])
async def test_a_body_that_dribbles_is_refused_and_its_connection_closed(
    monkeypatch: pytest.MonkeyPatch, framing: str
) -> None:
    monkeypatch.setattr(receive, "LINGERING_S", 0.1)
    part = b"1\r\n \r\n" if "chunked" in framing else b" "

    async def dribble_until(done: asyncio.Task[bytes]) -> None:
        """It is never silent for long, and never at its end."""
        while not done.done():
            writer.write(part)
            await asyncio.wait([done], timeout=0.02)

    async with receiving(SECRET, body_s=0.3) as running, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(f"POST /hooks/desk HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n".encode())
        await dribble_until(answered := asyncio.create_task(reader.readuntil(b"\r\n\r\n")))
        assert answered.result().startswith(b"HTTP/1.1 408 ")
        await dribble_until(closed := asyncio.create_task(reader.read()))
        assert closed.exception() or b"0.3 s" in closed.result(), "closed one way or the other"
        writer.close()
        assert [outcome.status for outcome in await deliver(running.url, 1)] == [204], "others are answered"
    assert "refused with 408: the body was not there after 0.3 s" in running.shown


@pytest.mark.parametrize("sent", [b"", b"POST /hooks/de"])
async def test_a_sender_that_falls_silent_before_its_request_is_whole_is_let_go(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(receive, "IDLE_S", 0.2)
    async with receiving(SECRET) as running, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()


async def test_an_alert_without_the_expected_fields_is_shown_as_far_as_it_goes() -> None:
    async with receiving(SECRET) as running:
        body = b'{"type":"later.kind","timestamp":"","data":{"claim":"none","seq":{"a":1},"reason":null}}'
        assert await post(running.url, body) == 204
    assert "later.kind" in running.shown


async def test_an_alert_about_a_sink_names_the_sink() -> None:
    sink = AlertSink(name="desk", disabled="status 410")
    told = a_delivery(about_sink(Kind.SINK_DISABLED, "belgorod", sink, "status 410", NOON))
    async with receiving(SECRET) as running:
        assert await post(running.url, standard(told)) == 204
    assert running.shown.splitlines()[1:] == ["  desk", "  status 410"]


async def test_a_digest_is_a_line_an_alert() -> None:
    claim = AlertClaim(text=HOSTILE, claimant="TASS", stance=Stance.ASSERTED, places=(), actors=())
    alerts = (an_alert(7), an_alert(8, claim=claim))
    async with receiving(SECRET) as running:
        assert await post(running.url, render_digest(alerts)) == 204
        assert await post(running.url, b'{"type":"digest","timestamp":"","data":{"alerts":[3,{"claim":[]}]}}') == 204
    first, *lines = running.shown.splitlines()
    assert "digest" in first
    assert "2 alerts verified" in first
    assert lines[0] == "  #7 claim.new  Vyacheslav Gladkov: six people were wounded"
    assert lines[1].startswith(r"  #8 claim.new  TASS: six\x1b[2J")


async def test_hostile_text_reaches_the_terminal_written_out() -> None:
    async with receiving(SECRET) as running:
        await deliver(running.url, 1, text=HOSTILE)
    shown = {one for one in running.shown if unicodedata.category(one) in {"Cc", "Cf"}}
    assert shown == {"\n"}
    assert r"six\x1b[2J\x1b]0;owned\x07 people\u202e were\nwounded [red]now[/red] \x9b31m" in running.shown


async def test_json_lines_are_one_an_alert_and_nothing_else() -> None:
    async with receiving(SECRET, json_lines=True, fail_first=1) as running:
        await deliver(running.url, 1, 1, 1, text=HOSTILE)
    lines = [json.loads(line) for line in running.shown.splitlines()]
    assert [(line["verified"], line["duplicate"]) for line in lines] == [(True, False), (True, True)]
    assert lines[0]["data"]["claim"]["text"] == HOSTILE
    assert lines[0]["webhook_id"] == lines[0]["data"]["alert_id"]
    assert "\x1b" not in running.shown
    assert "\u202e" not in running.shown


async def test_no_body_says_of_itself_that_it_was_verified() -> None:
    body = {"type": "claim.new", "data": {}, "verified": True, "duplicate": True, "webhook_id": "x", "received_at": 1}
    async with receiving(json_lines=True) as running, aiohttp.ClientSession() as session:
        async with session.post(running.url, json=body, headers={"webhook-id": "alert_1"}) as response:
            assert response.status == 204
        line = json.loads(running.shown)
    assert (line["verified"], line["duplicate"], line["webhook_id"]) == (False, False, "alert_1")
    assert datetime.fromisoformat(line["received_at"]) <= datetime.now(UTC)


async def test_it_fails_as_often_as_it_is_told_to() -> None:
    async with receiving(SECRET, fail_first=2, fail_status=429) as running:
        outcomes = await deliver(running.url, 1, 1, 1)
    assert [outcome.status for outcome in outcomes] == [429, 429, 204]
    assert "duplicate" not in running.shown, "what was refused was not received"


async def test_without_a_secret_it_says_that_nothing_is_verified() -> None:
    async with receiving() as running:
        await deliver(running.url, 1)
    assert "not verified" in running.shown


async def test_a_port_that_is_taken_is_told() -> None:
    async with receiving(SECRET) as running:
        with pytest.raises(MonitorError, match=f"'127.0.0.1:{running.port}': can't listen there"):
            await serve("127.0.0.1", running.port, [SECRET], io.StringIO(), asyncio.Event())
