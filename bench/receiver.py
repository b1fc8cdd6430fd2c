"""A receiver in a process of its own, for the benchmark: paths that answer late, fail, hang, or are dead for a while.

/ok/NAME     204 after the delay      /fail    500 at once
/hang        never answers            /gate    503 until POST /open, then 204
GET /report  how many of each path came, in order or not, and when which webhook id was first seen

It shares the machine with what it measures, so it does what a receiver must, and no more: reads each request whole,
takes its headers apart, looks into its body, answers on the same connection, which it keeps.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast


@dataclass(frozen=True)
class Request:
    """One request, whole. The names of `headers` are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered, and how much later in seconds."""

    status: int
    body: bytes = b""
    after_s: float = 0.0

    def encoded(self) -> bytes:
        length = b"" if self.status == 204 else b"Content-Length: %d\r\n" % len(self.body)
        return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (self.status, HTTPStatus(self.status).phrase.encode(), length, self.body)


class Received:
    """What came: counts by path, the time of each id, and whether seqs of a path ever went back."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.counts: Counter[str] = Counter()
        self.at: dict[str, float] = {}
        self.last: dict[str, int] = {}
        self.swapped = 0
        self.open = False

    def answer(self, request: Request) -> Answer | None:
        """None: it hangs."""
        if request.path == "/report":
            return Answer(200, self._report())
        if request.path == "/open":
            self.open = True
            return Answer(204)
        return self._take(request)

    def _take(self, request: Request) -> Answer | None:
        path, body = request.path, request.body
        if path == "/gate" and not self.open:
            return Answer(503)
        self.at.setdefault(request.headers["webhook-id"], time.monotonic())
        self.counts[path] += 1
        seq = int(body[body.index(b'"seq":') + 6 :].partition(b",")[0])
        self.swapped += seq < self.last.get(path, 0)
        self.last[path] = seq
        if path == "/hang":
            return None
        return Answer(500) if path == "/fail" else Answer(204, after_s=self.delay_s if path != "/gate" else 0.0)

    def _report(self) -> bytes:
        told = {"counts": self.counts, "at": self.at, "swapped": self.swapped}
        self.at, self.counts = {}, Counter()
        return json.dumps(told).encode()


class Talk(asyncio.Protocol):
    """One connection: a client that waits for each answer before it asks again."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while request := self._next():
            answer = self._received.answer(request)
            if answer is None:
                continue
            if answer.after_s:
                self._loop.call_later(answer.after_s, self._transport.write, answer.encoded())
            else:
                self._transport.write(answer.encoded())

    def _next(self) -> Request | None:
        """The next request, once all of it is here."""
        head, end, rest = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self._read = rest[length:]
        return Request(first.split(" ")[1], headers, rest[:length])


async def main(delay_s: float) -> None:
    received = Received(delay_s)
    server = await asyncio.get_running_loop().create_server(lambda: Talk(received), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
