"""The connection: what it needs of a server, what its errors say, and that they never show a password."""

import asyncio
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from monitor.errors import ConfigError, StoreError, StoreUnavailable, StoreUnsuitable
from monitor.protocols import Batch
from monitor.store import Store, keys, redacted
from monitor.store.connect import Connection, connected
from tests.conftest import TOPIC, Server
from tests.unit.making import a_post
from tests.waiting import wait_until_now

SECRET = "very-secret"  # noqa: S105 (of these tests alone)
INFO = "redis_version:{version}\r\ncluster_enabled:{cluster}\r\naof_enabled:{aof}\r\n"


@asynccontextmanager
async def answering(folder: Path, answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """The URL of something that gives its own answer to whatever is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(10_000):
            writer.write(answer(asked))
        writer.close()

    server = await asyncio.start_unix_server(serve, folder / "fake.sock")
    async with server:
        yield f"unix://{folder}/fake.sock"


def redis_with(info: str) -> Callable[[bytes], bytes]:
    def answer(asked: bytes) -> bytes:
        # One answer a command, however many of them come in one packet.
        told = b"$%d\r\n%s\r\n" % (len(info), info.encode())
        commands = re.split(rb"\*\d+\r\n", asked)[1:]
        return b"".join(told if command == b"$4\r\nINFO\r\n" else b"+OK\r\n" for command in commands)

    return answer


@pytest.fixture
def guarded_server(server_binary: Path, tmp_path: Path) -> Iterator[Path]:
    """The socket of a server that wants a password."""
    path = tmp_path / "s.sock"
    process = subprocess.Popen(
        [server_binary, "--port", "0", "--unixsocket", path, "--requirepass", SECRET, "--save", ""],
        stdout=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    wait_until_now(path.exists, "the guarded server listens")
    yield path
    process.terminate()
    process.wait()


async def test_a_real_server_is_suitable(server: Server) -> None:
    async with connected(server.url) as connection:
        about = await connection.check()
    assert about.name in ("Redis", "Valkey")
    assert about.warnings == ("appendonly is off: what was written last is lost when the server is killed",)


async def test_a_password_that_is_right_is_enough(guarded_server: Path) -> None:
    async with connected(f"unix://:{SECRET}@{guarded_server}"):
        pass


@pytest.mark.parametrize("login", ["", ":wrong-" + SECRET + "@", "someone:wrong-" + SECRET + "@"])
async def test_a_wrong_password_is_unsuitable_and_not_shown(guarded_server: Path, login: str) -> None:
    with pytest.raises(StoreUnsuitable) as caught:
        async with connected(f"unix://{login}{guarded_server}", patience=timedelta(seconds=30)):
            pass
    assert SECRET not in str(caught.value)
    assert str(guarded_server) in str(caught.value)


async def test_nobody_there_is_unavailable_and_the_password_not_shown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(StoreUnavailable, match="can't be reached") as caught:
        async with connected(f"redis://me:{SECRET}@127.0.0.1:{port}/0"):
            pass
    assert f"'redis://me:***@127.0.0.1:{port}/0'" in str(caught.value)
    assert SECRET not in str(caught.value)


async def test_a_web_server_is_no_redis(tmp_path: Path) -> None:
    async with answering(tmp_path, lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        with pytest.raises(StoreUnsuitable, match="neither Redis nor Valkey"):
            async with connected(url):
                pass


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (INFO.format(version="6.2.14", cluster=0, aof=1), "is Redis 6.2.14; Redis 7.0 or later is needed"),
        (
            INFO.format(version="7.2.4", cluster=0, aof=1) + "valkey_version:7.1.9\r\n",
            "is Valkey 7.1.9; Valkey 7.2 or later is needed",
        ),
        (INFO.format(version="7.0.15", cluster=1, aof=1), "node of a cluster"),
        ("", "is Redis 0; Redis 7.0 or later is needed"),
    ],
)
async def test_a_server_that_will_not_do_says_why(tmp_path: Path, info: str, said: str) -> None:
    async with answering(tmp_path, redis_with(info)) as url:
        with pytest.raises(StoreUnsuitable, match=said):
            async with connected(url):
                pass


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("MISCONF Errors writing to the AOF file: No space left on device", StoreUnavailable),
        ("READONLY You can't write against a read only replica.", StoreUnavailable),
        ("CLUSTERDOWN The cluster is down", StoreUnavailable),
        ("NOPERM User default has no permissions to run the 'evalsha' command", StoreUnsuitable),
        ("MOVED 1234 127.0.0.1:7001", StoreUnsuitable),
        ("ERR something else", StoreError),
    ],
)
async def test_what_a_server_refuses_is_told_in_its_own_words(
    tmp_path: Path, said: str, error: type[StoreError]
) -> None:
    healthy = redis_with(INFO.format(version="7.0.0", cluster=0, aof=1))
    refusal = f"-{said}\r\n".encode()

    def answer(asked: bytes) -> bytes:
        return refusal if b"HGET" in asked else healthy(asked)

    async with answering(tmp_path, answer) as url, Store(url, topic=TOPIC) as store:
        with pytest.raises(StoreError) as caught:
            await store.posts.cursor("desk")
    assert type(caught.value) is error
    assert said.partition(" ")[2] in str(caught.value)


async def test_settings_that_lose_data_are_warned_of(tmp_path: Path) -> None:
    info = INFO.format(version="7.0.0", cluster=0, aof=1) + "maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n"
    async with answering(tmp_path, redis_with(info)) as url, connected(url) as connection:
        [warning] = (await connection.check()).warnings
    assert "allkeys-lru" in warning


async def test_a_server_that_is_still_loading_is_waited_for(tmp_path: Path) -> None:
    asked = 0
    ready = redis_with(INFO.format(version="7.0.0", cluster=0, aof=1))

    def loading(command: bytes) -> bytes:
        nonlocal asked
        asked += b"INFO\r\n" in command
        return ready(command) if asked != 1 else b"-LOADING Redis is loading the dataset in memory\r\n"

    async with answering(tmp_path, loading) as url, connected(url, patience=timedelta(seconds=30)):
        assert asked > 1


@pytest.mark.parametrize("url", ["http://host", "redis://host:port", "nothing", "redis://h/1", "redis://[x"])
async def test_a_url_that_is_none_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError):
        Store(url, topic=TOPIC)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://host:1/0", "redis://host:1/0"),
        (f"redis://:{SECRET}@host", "redis://***@host"),
        (f"rediss://me:{SECRET}@host:1/0?password={SECRET}", "rediss://me:***@host:1/0"),
        (f"unix:///s.sock?password={SECRET}", "unix:///s.sock"),
        (f"redis://me:{SECRET}@host:no", "Redis URL"),
    ],
)
def test_a_url_is_shown_without_its_secret(url: str, shown: str) -> None:
    assert redacted(url) == shown


async def test_a_full_server_is_unavailable_and_still_lets_work_be_finished(store: Store, redis: Redis) -> None:
    await store.posts.publish("desk", Batch(posts=(a_post("one"),), cursor="1"))
    await store.posts.read("worker", 1, 0)
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="OOM"):
            await store.posts.publish("desk", Batch(posts=(a_post("two"),), cursor="2"))
        [entry] = await store.posts.read("worker", 1, 0)
        await store.posts.ack(entry.entry_id)
        assert await store.posts.backlog() == 0
    finally:
        await redis.config_set("maxmemory", 0)
    assert await store.posts.cursor("desk") == "1", "a refused script wrote nothing"


async def test_a_server_that_forgot_the_scripts_is_told_them_again(store: Store, redis: Redis) -> None:
    await store.posts.publish("desk", Batch(posts=(), cursor="1"))
    await redis.script_flush()
    await store.posts.publish("desk", Batch(posts=(), cursor="2"))
    assert await store.posts.cursor("desk") == "2"


async def test_a_lost_connection_is_opened_again(store: Store, redis: Redis) -> None:
    reading = asyncio.create_task(store.posts.read("worker", 1, 5000))
    await store.posts.backlog()
    await redis.client_kill_filter(_type="normal", skipme=True)
    await store.posts.publish("desk", Batch(posts=(a_post("one"),), cursor="1"))
    [entry] = await reading
    assert entry.post


async def test_more_readers_than_connections_all_get_their_turn(store: Store) -> None:
    assert await asyncio.gather(*(store.outbox.wait(0, 10) for _ in range(200))) == [0] * 200


async def test_a_mistake_of_ours_is_not_taken_for_an_absent_server(server: Server, redis: Redis) -> None:
    await redis.set(keys.posts(TOPIC), "not a stream", ex=100)
    connection = Connection(server.url)
    with pytest.raises(StoreError, match="WRONGTYPE") as caught:
        await connection.command("XLEN", keys.posts(TOPIC))
    assert not isinstance(caught.value, StoreUnavailable)
    await connection.close()
    await redis.delete(keys.posts(TOPIC))


async def test_a_server_that_goes_silent_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.connect.SOCKET_TIMEOUT_S", 0.3)
    async with answering(tmp_path, lambda _: b"") as url:
        with pytest.raises(StoreUnavailable, match="does not answer"):
            async with connected(url):
                pass


async def test_a_cancelled_task_ends_wherever_it_was(store: Store) -> None:
    done = 0

    async def work() -> None:
        nonlocal done
        while True:
            await store.posts.backlog()
            done += 1

    for number in range(100):
        before = done
        working = asyncio.create_task(work())
        while done < before + 3:  # noqa: ASYNC110 (step by step, to cancel at many points)
            await asyncio.sleep(0)
        for _ in range(number % 7):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.wait([working], timeout=5)
        assert working.cancelled()
