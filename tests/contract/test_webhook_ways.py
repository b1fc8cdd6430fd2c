"""How a webhook reaches its receiver: whom TLS trusts, through which proxy, and how long each step may take."""

import asyncio
import json
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.destinations import open_sink
from monitor.errors import ConfigError
from monitor.models import Outcome, Verdict
from monitor.settings import load_settings
from monitor.sinks.guard import Guard
from monitor.sinks.webhook import Limits, Shape, WebhookSink
from tests.contract.test_webhook import HURRIED, LOOPBACK
from tests.delivering import SECRET, a_delivery
from tests.processes import SECRET as SECRET_TEXT
from tests.talking import answering, read_request, status_line, talking

GUARDED = Guard()


@dataclass(frozen=True)
class Authority:
    """A private certificate authority, and a certificate of it for localhost and 127.0.0.1."""

    ca: Path
    certificate: Path
    key: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("tls")
    made = Authority(folder / "ca.pem", folder / "desk.pem", folder / "desk.key")
    new: list[str | Path] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    ca: list[str | Path] = ["-keyout", folder / "ca.key", "-out", made.ca, "-subj", "/CN=Private CA"]
    subprocess.run([*new, *ca, "-addext", "keyUsage=critical,keyCertSign"], check=True, capture_output=True)
    desk: list[str | Path] = ["-keyout", made.key, "-out", made.certificate, "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:false"]
    signed: list[str | Path] = ["-CA", made.ca, "-CAkey", folder / "ca.key"]
    subprocess.run([*new, *desk, *names, *signed], check=True, capture_output=True)
    return made


@asynccontextmanager
async def https(authority: Authority) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.certificate, authority.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(status_line(204, "Connection: close"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"


async def send(
    url: str,
    *,
    guard: Guard = LOOPBACK,
    limits: Limits = HURRIED,
    proxy: str | None = None,
    body: Shape = "standard",
) -> Outcome:
    sink = WebhookSink("desk", url, [SECRET], guard, limits=limits, proxy=proxy, body=body)
    try:
        return await sink.send(a_delivery())
    finally:
        await sink.close()


async def configured(folder: Path, url: str, **fields: object) -> Outcome:
    """One attempt of a webhook as a configuration file describes it."""
    sink = {"kind": "webhook", "name": "desk", "url": url, "secret": SECRET_TEXT, "allow_networks": ["127.0.0.0/8"]}
    path = folder / "monitor.yaml"
    path.write_text(json.dumps({"sinks": [sink | fields]}), encoding="utf-8")
    opened = open_sink(load_settings(path).sinks[0], folder)
    try:
        return await opened.send(a_delivery())
    finally:
        await opened.close()


# --- TLS


async def test_a_receiver_of_a_private_authority_is_believed_when_it_is_named(
    tmp_path: Path, authority: Authority
) -> None:
    async with https(authority) as url:
        assert (await configured(tmp_path, url)).verdict is Verdict.RETRY
        assert (await configured(tmp_path, url, tls_ca_file=str(authority.ca))).verdict is Verdict.DELIVERED


async def test_another_name_than_that_of_the_certificate_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    async with https(authority) as url:
        outcome = await configured(tmp_path, url.replace("127.0.0.1", "127.0.0.2"), tls_ca_file=str(authority.ca))
    assert outcome.verdict is Verdict.RETRY


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_is_none_is_told_at_the_start(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tls_ca_file: '.*ca\.pem' (can't be read|holds no certificates)"):
        asyncio.run(configured(tmp_path, "https://example.org", tls_ca_file="ca.pem"))


# --- proxies


async def test_a_request_goes_through_the_proxy_that_is_named(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        await read_request(reader)
        writer.write(status_line(204, "Connection: close"))

    async with talking(talk) as proxy:
        outcome = await configured(tmp_path, "http://desk.example/claims", proxy=proxy)
    assert outcome.verdict is Verdict.DELIVERED
    assert asked == [b"POST http://desk.example/claims HTTP/1.1\r\n"]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(answering(status_line(204))) as proxy, talking(answering(status_line(201))) as url:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        assert (await send(url)).status == 201


async def test_a_proxy_inside_is_refused_like_a_receiver_inside() -> None:
    connected = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()

    async with talking(talk) as proxy:
        outcome = await send("http://desk.example/claims", proxy=proxy, guard=GUARDED)
    assert outcome.verdict is Verdict.DEAD
    assert not connected.is_set()


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "0x7f.1", "2130706433"]
)
async def test_an_address_inside_is_not_asked_of_a_proxy_either(host: str) -> None:
    connected = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()

    async with talking(talk) as proxy:
        outcome = await send(f"http://{host}/claims", proxy=proxy, guard=Guard([ip_network("127.0.0.1/32")]))
    assert outcome.verdict is Verdict.DEAD
    assert not connected.is_set()


# --- time limits


async def test_a_receiver_that_is_silent_is_given_up_after_the_limit_for_reading() -> None:
    began = time.monotonic()
    async with talking(answering(then_wait=True)) as url:
        outcome = await send(url, limits=Limits(total_s=20, connect_s=20, read_s=0.2))
    assert (outcome.verdict, time.monotonic() - began < 5) == (Verdict.RETRY, True)


async def test_slow_bytes_are_given_up_after_the_limit_for_all() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    began = time.monotonic()
    async with talking(talk) as url:
        outcome = await send(url, limits=Limits(total_s=0.5, connect_s=20, read_s=20))
    assert (outcome.verdict, time.monotonic() - began < 5) == (Verdict.RETRY, True)


async def test_a_receiver_that_accepts_no_connection_is_given_up_after_the_limit_for_connecting() -> None:
    """One that listens for TLS and never answers the handshake."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    began = time.monotonic()
    async with talking(talk) as url:
        outcome = await send(url.replace("http:", "https:"), limits=Limits(total_s=20, connect_s=0.2, read_s=20))
    assert (outcome.verdict, time.monotonic() - began < 5) == (Verdict.RETRY, True)


# --- bodies


@pytest.mark.parametrize("body", ["alertmanager", "slack", "discord"])
async def test_other_bodies_need_no_secret(tmp_path: Path, body: str) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await read_request(reader))
        writer.write(status_line(200, "Connection: close", body=b"ok"))

    async with talking(talk) as url:
        outcome = await configured(tmp_path, url, body=body, secret=[])
    assert outcome.verdict is Verdict.DELIVERED
    [(headers, content)] = got
    assert "webhook-signature" not in headers
    assert {"version", "blocks", "embeds"} & set(json.loads(content))
