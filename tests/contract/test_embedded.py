"""The embedded server: what was acknowledged is there afterwards, whoever is killed; one server a folder."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError, DataFolderBusy, StoreUnavailable
from monitor.protocols import Batch
from monitor.store import Limits, Store, attach, embedded
from monitor.store.connect import connected
from monitor.store.folder import LARGEST_LOG, LONGEST_SOCKET, Folder, locked
from tests.conftest import TOPIC
from tests.unit.making import a_post
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
KILLS = 3
LIMITS = Limits(backlog=100_000)

# What a daemon is, to the folder: prints the server's process number and works until it is killed.
DAEMON = """
import asyncio, sys
from pathlib import Path
from monitor.store import embedded
from monitor.store.connect import connected
from tests.contract.test_embedded import facts, publish_until_killed

async def main():
    async with embedded(Path(sys.argv[1]), binary=Path(sys.argv[2])) as url:
        print((await facts(url))["process_id"], flush=True)
        await publish_until_killed(url)

asyncio.run(main())
"""


async def facts(url: str) -> dict[str, str]:
    async with connected(url) as connection:
        info = str(await connection.command("INFO"))
    return {name: value for name, _, value in (line.partition(":") for line in info.splitlines())}


async def publish(store: Store, number: int) -> None:
    await store.posts.publish("desk", Batch(posts=(a_post(f"post {number}"),), cursor=str(number)))


async def publish_until_killed(url: str) -> None:
    """Says each number after it was acknowledged."""
    async with Store(url, topic=TOPIC, limits=LIMITS) as store:
        number = 0
        while True:
            number += 1
            await publish(store, number)
            print(number, flush=True)


@asynccontextmanager
async def store_of(data: Path, binary: Path) -> AsyncIterator[Store]:
    async with embedded(data, binary=binary) as url, Store(url, topic=TOPIC, limits=LIMITS) as store:
        yield store


def gone(pid: int) -> bool:
    """No such process, or one that is dead and only waits to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter when it goes while it is read
        return True


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
        await publish(store, 2)
        [taken, _] = await store.posts.read("worker", 2, 0)
    async with store_of(tmp_path, server_binary) as store:
        assert await store.posts.cursor("desk") == "2"
        [pending] = await store.posts.read("worker", 2, 0)
        assert (pending.entry_id, pending.deliveries) == (taken.entry_id, 2)


async def test_the_server_is_private_and_durable(tmp_path: Path, server_binary: Path) -> None:
    async with embedded(tmp_path, binary=server_binary) as url:
        found = await facts(url)
        session = os.getsid(int(found["process_id"]))
        socket = Folder(tmp_path).socket()
        assert socket.stat().st_mode & 0o777 == 0o700
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        async with connected(url) as connection:
            assert (await connection.check()).warnings == ()
    assert found["tcp_port"] == "0"
    assert (found["aof_enabled"], found["maxmemory_policy"]) == ("1", "noeviction")
    assert os.getsid(os.getpid()) != session


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path, server_binary: Path) -> None:
    acknowledged = 0
    async with (
        embedded(tmp_path, binary=server_binary) as url,
        Store(url, topic=TOPIC, limits=LIMITS) as store,
    ):

        async def work() -> None:
            nonlocal acknowledged
            while True:
                await publish(store, acknowledged + 1)
                acknowledged += 1

        working = asyncio.create_task(work())
        for _ in range(KILLS):
            before = acknowledged
            await wait_until(lambda before=before: acknowledged > before + 50, "the client works")  # type: ignore[misc]
            server = int((await facts(url))["process_id"])
            os.kill(server, signal.SIGKILL)
            await wait_until(lambda server=server: gone(server), "the server is gone")  # type: ignore[misc]
        before = acknowledged
        await wait_until(lambda: acknowledged > before + 50 or working.done(), "the client works on")
        working.cancel()
        await asyncio.wait([working])
        assert working.cancelled(), "no error reached the client"
    async with store_of(tmp_path, server_binary) as store:
        assert await store.posts.backlog() in (acknowledged, acknowledged + 1)
        entries = await store.posts.read("worker", acknowledged, 0)
        assert [entry.post.text for entry in entries if entry.post] == [
            f"post {number}" for number in range(1, acknowledged + 1)
        ]


async def test_a_second_daemon_on_the_folder_is_refused(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        with pytest.raises(DataFolderBusy, match=f"process {os.getpid()}") as caught:
            async with embedded(tmp_path, binary=server_binary):
                pass
        assert str(tmp_path) in str(caught.value)
        await publish(store, 1)
    async with store_of(tmp_path, server_binary) as store:
        assert await store.posts.backlog() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
async def test_when_the_daemon_is_killed_its_server_completes_its_file_and_ends(
    tmp_path: Path, server_binary: Path
) -> None:
    daemon = subprocess.Popen(  # noqa: ASYNC220 (nothing else is going on here)
        [sys.executable, "-c", DAEMON, tmp_path, server_binary], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert daemon.stdout
    with daemon.stdout as said:
        server = int(said.readline())
        while (last := int(said.readline())) < 100:
            pass
        assert not gone(server)
        daemon.kill()
        daemon.wait()
        last = max([last, *(int(line) for line in said.read().splitlines()[:-1])])
    # The next one need not wait for that by itself.
    async with store_of(tmp_path, server_binary) as store:
        assert await store.posts.backlog() >= last
    await wait_until(lambda: gone(server), "the server is gone")


async def test_a_folder_with_a_long_name_works(tmp_path: Path, server_binary: Path) -> None:
    data = tmp_path / ("x" * 100) / "ü ' \" $(y) %20"
    socket = Folder(data).socket()
    assert len(os.fsencode(socket)) <= LONGEST_SOCKET
    async with store_of(data, server_binary) as store:
        await publish(store, 1)
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        async with attach(data, binary=server_binary) as url, Store(url, topic=TOPIC) as other:
            assert await other.posts.backlog() == 1


async def test_a_short_folder_with_an_odd_name_works(tmp_path: Path, server_binary: Path) -> None:
    data = tmp_path / "ü ' \" $(y) %20"
    async with store_of(data, server_binary) as store:
        await publish(store, 1)
    async with attach(data, binary=server_binary) as url, Store(url, topic=TOPIC) as other:
        assert await other.posts.backlog() == 1


async def test_who_looks_uses_the_running_server(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
        async with attach(tmp_path, binary=server_binary) as url, Store(url, topic=TOPIC) as other:
            assert await other.posts.backlog() == 1
        with Folder(tmp_path).server_lock() as lock:
            assert not locked(lock), "whoever looks could start a second server"
        await publish(store, 2)
        assert await store.posts.backlog() == 2


async def test_a_daemon_may_begin_and_end_while_somebody_looks(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
    async with attach(tmp_path, binary=server_binary) as url, Store(url, topic=TOPIC) as looking:
        assert await looking.posts.backlog() == 1
        async with store_of(tmp_path, server_binary) as store:
            await publish(store, 2)
            async with attach(tmp_path, binary=server_binary) as url2, Store(url2, topic=TOPIC) as other:
                assert await other.posts.backlog() == 2
        assert await looking.posts.backlog() == 2


async def test_a_daemon_goes_on_when_the_server_of_who_looked_ends(tmp_path: Path, server_binary: Path) -> None:
    Folder(tmp_path).make()
    looking = attach(tmp_path, binary=server_binary)
    await looking.__aenter__()
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
        await looking.__aexit__(None, None, None)
        await publish(store, 2)
        assert await store.posts.backlog() == 2


async def test_a_folder_without_data_has_nothing_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="holds no data"):
        async with attach(tmp_path / "nothing"):
            pass
    assert not (tmp_path / "nothing").exists()


async def test_a_torn_end_of_the_file_is_cut_off(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
        await publish(store, 2)
    [written] = (Folder(tmp_path).path / "appendonlydir").glob("*.incr.aof")
    whole = written.read_bytes()
    written.write_bytes(whole[:-9])
    async with store_of(tmp_path, server_binary) as store:
        assert await store.posts.backlog() == 1


async def test_a_file_that_is_broken_is_told_with_the_servers_words(tmp_path: Path, server_binary: Path) -> None:
    async with store_of(tmp_path, server_binary) as store:
        await publish(store, 1)
    [written] = (Folder(tmp_path).path / "appendonlydir").glob("*.incr.aof")
    written.write_bytes(b"nonsense" + written.read_bytes())
    with pytest.raises(StoreUnavailable, match="Bad file format"):
        async with store_of(tmp_path, server_binary):
            pass


async def test_a_binary_that_is_no_server_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="its server ended"):
        async with embedded(tmp_path, binary=Path(sys.executable)):
            pass


async def test_a_log_that_cannot_be_written_is_told(tmp_path: Path, server_binary: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    folder.log.mkdir()
    with pytest.raises(StoreUnavailable, match="can't be started: Is a directory"):
        async with embedded(tmp_path, binary=server_binary):
            pass


async def test_a_data_folder_that_is_a_file_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(ConfigError, match="can't be the data folder"):
        async with embedded(tmp_path / "data"):
            pass


async def test_a_long_log_is_put_aside(tmp_path: Path, server_binary: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    folder.log.write_bytes(b"x" * (LARGEST_LOG + 1))
    async with store_of(tmp_path, server_binary):
        pass
    assert folder.log.stat().st_size < LARGEST_LOG
    assert folder.log.with_suffix(".log.1").stat().st_size > LARGEST_LOG


async def test_a_folder_for_sockets_that_others_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    short = tmp_path / f"claim-monitor-{os.getuid()}"
    short.mkdir(mode=0o755)
    with pytest.raises(ConfigError, match="you alone"):
        Folder(tmp_path / ("x" * 100)).socket()


async def test_leaving_in_a_hurry_leaves_no_server_behind(tmp_path: Path, server_binary: Path) -> None:
    started = asyncio.Event()
    server = 0

    async def daemon() -> None:
        nonlocal server
        async with embedded(tmp_path, binary=server_binary) as url:
            server = int((await facts(url))["process_id"])
            started.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(daemon())
    await asyncio.wait_for(started.wait(), timedelta(seconds=30).total_seconds())
    running.cancel()
    await asyncio.wait([running])
    assert gone(server)
