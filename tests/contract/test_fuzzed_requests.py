"""Garbage at the door of the HTTP API: whatever comes over a socket is answered or hung up on, and nothing is left."""

import asyncio
import gzip
import logging
import random
import re
from urllib.parse import urlsplit

import pytest

from monitor.store import Store
from tests.contract.test_alerts import raise_one
from tests.contract.test_api import Site, served
from tests.contract.test_fuzzed_receivers import nothing_left_behind

SEED = 20230522
MUTATIONS = 600
AT_ONCE = 20
SILENCE_S = 0.5
"""So long an answer is waited for; half a request gets none."""

JSON = "Content-Type: application/json\r\n"
BOMB = gzip.compress(b'{"id": "' + b"x" * 20_000_000 + b'"}', 9)


def a_request(method: str, path: str, headers: str = "", body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n".encode("utf-8", "surrogateescape")
        + body
    )


def a_post(body: bytes, headers: str = JSON) -> bytes:
    return a_request("POST", "/api/v1/redeliver", headers, body)


WELL_FORMED = [
    a_request("GET", "/api/v1/alerts?after=0&limit=5"),
    a_request("GET", "/api/v1/claims/claim_0123456789abcdef"),
    a_request("GET", "/api/v1/deliveries?state=dead&sink=desk&since=2h"),
    a_request("GET", "/api/v1/events", "Last-Event-ID: 1\r\n"),
    a_post(b'{"id": "desk/1", "sink": "desk"}'),
    a_post(b'{"sink": "desk", "since": "2h", "states": ["dead"]}'),
    a_request("POST", "/api/v1/sinks/desk/test", JSON, b"{}"),
]
ODD_PATHS = [
    *(
        "%",
        "%zz",
        "%00",
        "%0d%0aX:%20y",
        "%2e%2e%2f%2e%2e%2fetc",
        "%c0%af",
        "%ff%fe",
        "%ed%a0%80",
        "%u0041",
        "a" * 8000,
    ),
    *("..", "//", "?", "#", "\\", "*", ";a=b", "\u202e", "😀"),
]
ODD_VALUES = [
    *("9" * 400, "-1", "1e999", "0x10", "%D9%A1", "1%00", "%ff", "+1", " 1", "1.0", "NaN", "Infinity", "1_000", "😀"),
    *("0" * 17, "999999999999999", "1000000000000001", "1&after=2", "1;after=2", "[]", "{}"),
]
ODD_HEADERS = [
    *(f"Host: {host}\r\n" for host in ("[", "[::1", "]", "", "a b", "\udcff", "x" * 9000)),
    *(f"Authorization: {value}\r\n" for value in ("Bearer", "Bearer \udcff", "Basic " + "x" * 7000)),
    *(f"Last-Event-ID: {value}\r\n" for value in ("", "-1", "\udcff", "9" * 30, "1\r\nLast-Event-ID: 2")),
    *(
        "X: " + "y" * 1_000_000 + "\r\n",
        "X: y\r\n" * 20_000,
        "X y\r\n",
        ": y\r\n",
        "Expect: \udcff\r\n",
        "\udcff: y\r\n",
    ),
    *("Upgrade: websocket\r\nConnection: upgrade\r\n", "Connection: close, keep-alive\r\n", "Range: bytes=0-\r\n"),
]
ODD_BODIES = [
    *(b"{", b"null", b"[]", b'"\xff"', b"\xef\xbb\xbf{}", b"[" * 16_000, b"x" * 100_000, b'{"id": NaN}'),
    *(b'{"id": ' + b"9" * 9000 + b"}", b'{"id": "\\ud800"}', b'{"id": "\\u0000/1"}', b'{"id": "desk/999999999999999"}'),
    *(b'{"sink": "\\u202e"}', b'{"id": "desk/1", "id": "log/1"}', b'{"sink": "desk", "since": "99999d"}'),
    *(b'{"sink": "desk", "since": "9999-12-31T23:59-12:00"}', b'{"sink": "desk", "states": []}'),
]
ODD_KINDS = ["", ";", "application/json; charset=\udcff", "application/json; charset=utf-99", "x" * 7000]
ODD_LENGTHS = ["-1", "99999999999999999999", "x", "5\r\nContent-Length: 6", "3\r\nTransfer-Encoding: chunked"]
ODD_CHUNKS = [b"zz\r\n", b"5\r\nab", b"fffffffffffffffff\r\n", b"0\r\n\r\n"]
GARBAGE = [
    *(b"", b"\r\n", b"\n\n\n", b"\x00" * 100, b"\xff" * 100, b"GET", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"),
    *(b"\x16\x03\x01\x02\x00\x01", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /api/v1/alerts HTTP/1.1\r\n"),
    *(b"GET /api/v1/alerts\r\n\r\n", b"GET http://evil.example.org/api/v1/alerts HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    *(a_request("OPTIONS", "*"), a_request("CONNECT", "localhost:80"), a_request("GET", "/api/v1/" + "x" * 100_000)),
    a_request("POST", "/api/v1/redeliver", f"{JSON}Expect: 100-continue\r\nContent-Length: 10\r\n"),
]


def cases() -> list[bytes]:
    """All of the above, and well-formed requests that were cut, doubled and spoiled, the same at each run."""
    found = [*WELL_FORMED, *GARBAGE]
    found += [
        a_request("GET", path, headers)
        for path in ("/api/v1/alerts", "/api/v1/events", "/nothing")
        for headers in ODD_HEADERS
    ]
    found += [a_request("PUT", "/api/v1/alerts", headers) for headers in ODD_HEADERS]
    found += [a_post(body) for body in ODD_BODIES]
    found += [a_post(b"{}", f"Content-Type: {kind}\r\n") for kind in ODD_KINDS]
    found += [a_post(b"", f"{JSON}Content-Length: {length}\r\n") for length in ODD_LENGTHS]
    found += [a_post(b"", f"{JSON}Transfer-Encoding: chunked\r\n") + chunk for chunk in ODD_CHUNKS]
    found += [
        a_post(BOMB, f"{JSON}Content-Encoding: {name}\r\n") for name in ("gzip", "deflate", "br", "zstd", "x" * 100)
    ]
    for odd in ODD_PATHS:
        found += [a_request("GET", path) for path in (f"/api/v1/{odd}", f"/api/v1/claims/{odd}", f"/{odd}")]
        found.append(a_request("POST", f"/api/v1/sinks/{odd}/enable", JSON, b"{}"))
    for value in ODD_VALUES:
        found += [
            a_request("GET", f"/api/v1/{path}={value}") for path in ("alerts?limit", "events?after", "deliveries?since")
        ]
    chosen = random.Random(SEED)  # noqa: S311 - no secret
    for _ in range(MUTATIONS):
        spoiled = bytearray(chosen.choice(WELL_FORMED))
        for _ in range(chosen.randint(1, 6)):
            at = chosen.randrange(len(spoiled) + 1)
            kind = chosen.randrange(4)
            if kind == 0:
                del spoiled[at:]
            elif kind == 1:
                spoiled[at:at] = chosen.randbytes(chosen.randint(1, 20))
            elif kind == 2:
                del spoiled[at : at + chosen.randint(1, 20)]
            else:
                spoiled[at:at] = spoiled[at : at + chosen.randint(1, 50)]
        found.append(bytes(spoiled))
    return found


async def answer_to(site: Site, sent: bytes, places: asyncio.Semaphore) -> bytes:
    """The beginning of what comes back; nothing when it was hung up on, or waited for more."""
    address = urlsplit(site.url)
    async with places:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            async with asyncio.timeout(SILENCE_S):
                writer.write(sent)
                return await reader.read(4096)
        except (TimeoutError, ConnectionError):
            return b""
        finally:
            writer.transport.abort()


async def test_whatever_comes_over_a_socket_is_no_mistake_of_ours_and_leaves_nothing_behind(
    store: Store, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    await raise_one(store)
    async with served(store) as site:
        site.described = {}
        assert (await site.get("/alerts"))[0] == 200  # which opens the connection that is kept
        async with nothing_left_behind():
            sent, places = cases(), asyncio.Semaphore(AT_ONCE)
            answers = await asyncio.gather(*(answer_to(site, one, places) for one in sent))
            for request, answer in zip(sent, answers, strict=True):
                assert not answer or re.match(rb"HTTP/\S+ [124]", answer), (request[:300], answer[:300])
            assert sum(map(bool, answers)) > len(sent) / 2
        assert (await site.get("/alerts"))[0] == 200
        assert site.events.clients == 0
    assert "request.crashed" not in capsys.readouterr().out
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
