"""One attempt of a webhook against real servers on the loopback, good and bad ones."""

import asyncio
import gzip
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import aiohttp
import pytest
from standardwebhooks.webhooks import Webhook

from monitor.errors import ConfigError
from monitor.models import Outcome, Verdict
from monitor.sinks.guard import Guard
from monitor.sinks.standard import render
from monitor.sinks.webhook import ANSWER_LIMIT_CHARS, Limits, WebhookSink
from tests.delivering import OTHER_SECRET, OTHER_SECRET_TEXT, SECRET, SECRET_TEXT, a_delivery, an_alert
from tests.talking import Talk, answering, read_request, status_line, talking

LOOPBACK = Guard([ip_network("127.0.0.0/8"), ip_network("::1/128")])
HURRIED = Limits(total_s=1.0, connect_s=0.5, read_s=0.3)


async def send(url: str, *, guard: Guard = LOOPBACK, limits: Limits = HURRIED) -> Outcome:
    sink = WebhookSink("desk", url, [SECRET], guard, limits=limits)
    try:
        return await sink.send(a_delivery())
    finally:
        await sink.close()


async def attempt(talk: Talk) -> Outcome:
    async with talking(talk) as url:
        return await send(url)


# --- what arrives


async def test_receivers_that_use_the_published_library_believe_the_request() -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await read_request(reader))
        writer.write(status_line(204))

    alert = an_alert(reason="Гладков — “шестеро”")
    async with talking(talk) as url:
        sink = WebhookSink("desk", url, [SECRET, OTHER_SECRET], LOOPBACK)
        outcome = await sink.send(a_delivery(alert))
        await sink.close()
    assert outcome == Outcome(verdict=Verdict.DELIVERED, status=204)
    headers, body = got[0]
    for text in (SECRET_TEXT, OTHER_SECRET_TEXT):
        assert Webhook(text).verify(body, headers) == json.loads(body)
    assert body == render(alert)
    assert headers["webhook-id"] == alert.alert_id
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("claim-monitor/")


async def test_each_attempt_has_the_same_id_and_its_own_time() -> None:
    got: list[dict[str, str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append((await read_request(reader))[0])
        writer.write(status_line(503))

    times = iter(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(10))
    async with talking(talk) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK, clock=lambda: next(times))
        await sink.send(a_delivery())
        await sink.send(a_delivery(attempts=1))
        await sink.close()
    first, second = got
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


# --- what an answer means


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (201, Verdict.DELIVERED),
        (202, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (299, Verdict.DELIVERED),
        (300, Verdict.RETRY),
        (301, Verdict.RETRY),
        (304, Verdict.RETRY),
        (308, Verdict.RETRY),
        (400, Verdict.DEAD),
        (401, Verdict.DEAD),
        (404, Verdict.DEAD),
        (408, Verdict.RETRY),
        (410, Verdict.DISABLE),
        (413, Verdict.DEAD),
        (422, Verdict.DEAD),
        (429, Verdict.RETRY),
        (499, Verdict.DEAD),
        (500, Verdict.RETRY),
        (502, Verdict.RETRY),
        (503, Verdict.RETRY),
        (599, Verdict.RETRY),
        (999, Verdict.RETRY),
    ],
)
async def test_the_status_decides(status: int, verdict: Verdict) -> None:
    outcome = await attempt(answering(status_line(status, "Connection: close")))
    assert (outcome.verdict, outcome.status) == (verdict, status)
    assert outcome.error == (None if verdict is Verdict.DELIVERED else f"status {status}")


async def test_a_redirect_is_not_followed() -> None:
    async with talking(answering(status_line(200))) as elsewhere:
        outcome = await attempt(answering(status_line(307, f"Location: {elsewhere}")))
    assert (outcome.verdict, outcome.status) == (Verdict.RETRY, 307)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("0", 0.0), ("soon", None), ("-5", None), ("٣", None), ("1" * 400, 111111111111.0), ("", None)],
)
async def test_the_receivers_wish_is_passed_on(value: str, seconds: float | None) -> None:
    outcome = await attempt(answering(status_line(503, f"Retry-After: {value}").replace("٣".encode(), b"\xd9\xa3")))
    assert outcome.retry_after_s == seconds


async def test_the_wish_may_be_a_date() -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    outcome = await attempt(answering(status_line(429, f"Retry-After: {then}")))
    assert outcome.retry_after_s == pytest.approx(600, abs=5)


async def test_a_date_that_is_over_means_now() -> None:
    outcome = await attempt(answering(status_line(429, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT")))
    assert outcome.retry_after_s == 0


async def test_the_beginning_of_the_answer_is_kept_and_can_be_shown() -> None:
    outcome = await attempt(answering(status_line(400, body=b"\x1b[2J no \xff such hook" + b"x" * 5000)))
    assert outcome.answer is not None
    assert outcome.answer.startswith(r"\x1b[2J no � such hook")
    assert len(outcome.answer) < ANSWER_LIMIT_CHARS + 10


# --- servers that behave badly


async def test_a_success_whose_body_never_ends_is_a_success() -> None:
    """An answer decides by its status: a body that dribbles must not make the alert arrive twice."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nthanks"
    outcome = await attempt(answering(head, then_wait=True))
    assert (outcome.verdict, outcome.answer) == (Verdict.DELIVERED, "thanks")


async def test_a_gigabyte_of_answer_is_not_read() -> None:
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
            sent += 1

    outcome = await attempt(talk)
    assert outcome.verdict is Verdict.RETRY
    assert sent < 50


async def test_a_packed_answer_is_not_unpacked() -> None:
    body = gzip.compress(b"A" * 10_000_000)
    outcome = await attempt(answering(status_line(200, "Content-Encoding: gzip", body=body)))
    assert outcome.verdict is Verdict.DELIVERED
    assert "AAAA" not in (outcome.answer or "")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ],
    ids=["nothing", "half", "ssh", "zeros", "long header", "many headers", "long status", "no length"],
)
async def test_what_is_no_answer_is_tried_again(answer: bytes) -> None:
    outcome = await attempt(answering(answer))
    assert (outcome.verdict, outcome.status) == (Verdict.RETRY, None)
    assert outcome.error is not None
    assert len(outcome.error) < 300
    assert "/hook" not in outcome.error, "the path of a webhook can be its secret"


async def test_a_reset_connection_is_tried_again() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        sock: socket.socket = writer.get_extra_info("socket")
        # Lingering for no time makes closing a reset.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    outcome = await attempt(talk)
    assert outcome.verdict is Verdict.RETRY
    assert "connection failed" in (outcome.error or "")


async def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    started = time.monotonic()
    outcome = await attempt(answering(then_wait=True))
    assert outcome.verdict is Verdict.RETRY
    assert "no answer in time" in (outcome.error or "")
    assert time.monotonic() - started < 3


async def test_a_server_that_dribbles_its_headers_is_given_up_in_time() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    outcome = await attempt(talk)
    assert outcome.verdict is Verdict.RETRY
    assert "no answer in time" in (outcome.error or "")


async def test_a_kept_connection_that_the_receiver_closed_is_no_failure() -> None:
    """The sender finds out only when it uses it again; the alert then goes over a new one, at once."""
    bodies: list[bytes] = []
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        bodies.append((await read_request(reader))[1])
        writer.write(status_line(204))
        await writer.drain()
        if connections == 1:
            await reader.readexactly(1)  # the second request is under way

    async with talking(talk) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK, limits=HURRIED)
        outcomes = [await sink.send(a_delivery(an_alert(seq))) for seq in (1, 2)]
        await sink.close()
    assert [outcome.verdict for outcome in outcomes] == [Verdict.DELIVERED, Verdict.DELIVERED]
    assert (len(bodies), connections) == (2, 2)


async def test_several_kept_connections_that_the_receiver_closed_at_once_are_no_failure() -> None:
    """What each request used counts, not what the sink opened meanwhile for another."""
    connections = 0
    both, second = asyncio.Barrier(2), asyncio.Barrier(2)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        first_ones = connections <= 2
        await read_request(reader)
        if first_ones:
            await both.wait()  # each on a connection of its own
        writer.write(status_line(204))
        await writer.drain()
        if first_ones:
            await read_request(reader)
            await second.wait()  # and both are closed at the same moment

    async with talking(talk) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK, limits=HURRIED)
        outcomes = [
            outcome
            for first in (1, 3)
            for outcome in await asyncio.gather(*(sink.send(a_delivery(an_alert(first + one))) for one in (0, 1)))
        ]
        await sink.close()
    assert [outcome.verdict for outcome in outcomes] == [Verdict.DELIVERED] * 4
    assert connections == 4


async def test_a_receiver_that_drops_every_request_gets_one_an_attempt() -> None:
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await read_request(reader)

    async with talking(talk) as url:
        assert (await send(url)).verdict is Verdict.RETRY
    assert connections == 1


async def test_a_port_where_nobody_listens_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        outcome = await send(f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert outcome.verdict is Verdict.RETRY
    assert "no connection" in (outcome.error or "")


async def test_a_name_that_does_not_resolve_is_tried_again() -> None:
    outcome = await send("http://no-such-host.invalid/")
    assert outcome.verdict is Verdict.RETRY


async def test_a_certificate_is_not_taken_from_a_server_without_one() -> None:
    async with talking(answering(status_line(200))) as url:
        outcome = await send(url.replace("http:", "https:"))
    assert outcome.verdict is Verdict.RETRY


async def test_a_bad_receiver_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    async with talking(answering(then_wait=True)) as url:
        sink = WebhookSink("desk", url, [SECRET], LOOPBACK, limits=HURRIED)
        await asyncio.gather(*(sink.send(a_delivery()) for _ in range(5)))
        await sink.close()
        assert {task for task in asyncio.all_tasks() - before if "talking" not in repr(task.get_coro())} == set()


# --- what it is set up with


@pytest.mark.parametrize(
    "url", ["", "desk", "ftp://example.org/", "https://", "http:///x", "//example.org", "http://[::1"]
)
async def test_what_is_no_url_is_told_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match="sink desk: url") as caught:
        WebhookSink("desk", url, [SECRET], LOOPBACK)
    assert not url or url not in str(caught.value).replace("sink desk", "").replace("https://", "")


async def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one secret"):
        WebhookSink("desk", "https://example.org/", [], LOOPBACK)


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    outcome = await attempt(answering(status_line(204)))
    assert outcome.verdict is Verdict.DELIVERED


async def test_cookies_are_not_kept() -> None:
    got: list[dict[str, str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append((await read_request(reader))[0])
        writer.write(status_line(204, "Set-Cookie: a=b", "Connection: close"))

    async with talking(talk) as url:
        sink = WebhookSink("desk", url.replace("127.0.0.1", "localhost"), [SECRET], LOOPBACK)
        await sink.send(a_delivery())
        await sink.send(a_delivery())
        await sink.close()
    assert [headers.get("cookie") for headers in got] == [None, None]


def test_aiohttp_still_makes_its_sockets_where_the_guard_stands() -> None:
    """The guard rests on one public parameter; a version without it must not be taken unnoticed."""
    assert "socket_factory" in aiohttp.TCPConnector.__init__.__annotations__
