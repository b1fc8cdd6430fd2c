"""The monitor as a user starts it: a real process with its own folder, and a receiver to send to."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.waiting import PROCESS_S

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
TOPIC = ROOT / "config/topics/belgorod.yaml"
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVz"  # noqa: S105 - of the tests alone


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's, without what would configure the monitor; `variables` are set in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")} | dict(
        variables or {}
    )


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "monitor", *map(str, words)]


def start(
    *words: str | Path, log: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """The command in the background; what it prints is in `log`."""
    with log.open("ab") if log else open(os.devnull, "ab") as out:
        return subprocess.Popen(command(*words), stdout=out, stderr=out, env=environment(variables), cwd=ROOT)


def run(
    *words: str | Path, status: int = 0, variables: Mapping[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """The command to its end, which must be `status`."""
    done = subprocess.run(
        command(*words),
        check=False,
        capture_output=True,
        text=True,
        env=environment(variables),
        cwd=ROOT,
        timeout=PROCESS_S,
        **more,
    )
    assert done.returncode == status, f"{words}: ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def export(what: str, data: Path, **more: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export", what, "--data", data, **more).stdout.splitlines()]


def alert_log(data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (data / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]


def kill(pid: int) -> None:
    """`kill -9`; a process that is gone already is fine."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True)
class Request:
    """A webhook as it came: its headers, in small letters, and its exact body."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """A webhook receiver that keeps what it believed: `ids` counts, `bodies` has all bodies of each id, `requests`
    the requests in their order."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.ids: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}
        self.requests: list[Request] = []
        self.lock = Lock()

    def keep(self, request: Request) -> None:
        with self.lock:
            self.ids[request.id] += 1
            self.bodies.setdefault(request.id, set()).add(request.body)
            self.requests.append(request)


def always_204(_: Request) -> int:
    return 204


@contextmanager
def receiving(answer: Callable[[Request], int] = always_204, *, port: int = 0) -> Iterator[Receiver]:
    """A receiver on a port of the loopback (0: a free one). `answer` says the status; 2xx is believed and kept."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = Request({name.lower(): value for name, value in self.headers.items()}, body)
            status = answer(request)
            if 200 <= status < 300:
                receiver.keep(request)
            with suppress(ConnectionError):  # who waited too long has hung up
                self.send_response(status)
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver = Receiver(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(port: int, path: str) -> tuple[int, str]:
    """What the daemon answers over HTTP: the status and the text; 0 where nobody listens."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
    except URLError:
        return 0, ""


def free_port() -> int:
    """A port of the loopback where nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def webhook(receiver: Receiver, name: str = "desk", **settings: Any) -> dict[str, Any]:
    """The configuration of a sink that sends to the receiver."""
    return {
        "kind": "webhook",
        "name": name,
        "url": receiver.url,
        "secret": SECRET,
        "allow_networks": ["127.0.0.0/8"],
        **settings,
    }


def configuration(folder: Path, *, receiver: Receiver | None = None, **settings: Any) -> Path:
    """A configuration file with the topic of the seeds, the log, a webhook if there is a receiver, and no port."""
    sinks = [{"kind": "log", "name": "log"}, *([webhook(receiver)] if receiver else [])]
    path = folder / "monitor.yaml"
    written = {"topic": str(TOPIC), "sinks": sinks, "web": {"enabled": False}, **settings}
    path.write_text(json.dumps(written), encoding="utf-8")
    return path
