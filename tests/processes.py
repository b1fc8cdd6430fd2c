"""The monitor as a user starts it: a real process with its own folder, and a receiver to send to."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
TOPIC = ROOT / "config/topics/belgorod.yaml"
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVz"  # noqa: S105 - of the tests alone
PATIENCE_S = 90


def wait_until(reached: Callable[[], bool], description: str, seconds: float = PATIENCE_S) -> None:
    """Returns once `reached` says so; fails with the description when it takes too long."""
    deadline = monotonic() + seconds
    while not reached():
        assert monotonic() < deadline, f"never happened in {seconds} s: {description}"
        sleep(0.01)


def environment() -> dict[str, str]:
    """This process's, without what would configure the monitor."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "monitor", *map(str, words)]


def start(*words: str | Path, log: Path | None = None) -> subprocess.Popen[bytes]:
    """The command in the background; what it prints is in `log`."""
    with log.open("ab") if log else open(os.devnull, "ab") as out:
        return subprocess.Popen(command(*words), stdout=out, stderr=out, env=environment(), cwd=ROOT)


def run(*words: str | Path, status: int = 0, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command to its end, which must be `status`."""
    done = subprocess.run(
        command(*words),
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
        cwd=ROOT,
        timeout=PATIENCE_S,
        **more,
    )
    assert done.returncode == status, f"{words}: ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def export(what: str, data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export", what, "--data", data).stdout.splitlines()]


def alert_log(data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (data / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]


def kill(pid: int) -> None:
    """`kill -9`; a process that is gone already is fine."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Receiver:
    """A webhook receiver that counts what it got: `ids` by webhook id, `bodies` the last body of each."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.ids: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}
        self.lock = Lock()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of the loopback that answers 204 to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with receiver.lock:
                receiver.ids[self.headers["webhook-id"]] += 1
                receiver.bodies.setdefault(self.headers["webhook-id"], set()).add(body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configuration(folder: Path, *, receiver: Receiver | None = None, **settings: Any) -> Path:
    """A configuration file with the topic of the seeds, the log, and a webhook if there is a receiver."""
    sinks: list[dict[str, Any]] = [{"kind": "log", "name": "log"}]
    if receiver is not None:
        sinks.append(
            {
                "kind": "webhook",
                "name": "desk",
                "url": receiver.url,
                "secret": SECRET,
                "allow_networks": ["127.0.0.0/8"],
            }
        )
    path = folder / "monitor.yaml"
    path.write_text(json.dumps({"topic": str(TOPIC), "sinks": sinks, **settings}), encoding="utf-8")
    return path
