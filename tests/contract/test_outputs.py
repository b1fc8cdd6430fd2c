"""Standard output and Apprise: what they write, and that a reader or a service that hangs holds up nothing else."""

import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.destinations import open_sink
from monitor.errors import ConfigError
from monitor.models import Outcome, Verdict
from monitor.settings import Settings, load_settings
from monitor.sink_settings import AppriseSettings, StdoutSettings
from monitor.sinks.apprise import AppriseSink
from monitor.sinks.log import render
from monitor.sinks.stdout import StdoutSink
from tests.delivering import a_delivery, an_alert
from tests.talking import answering, read_request, status_line, talking
from tests.waiting import wait_until

# Apprise imports a module of Python 3.11 that is to go; later versions of Python have none.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

# --- standard output


async def test_a_line_of_json_is_that_of_the_log() -> None:
    out = io.BytesIO()
    sink = StdoutSink("out", out, "json")
    for seq in (1, 2):
        assert (await sink.send(a_delivery(an_alert(seq)))).verdict is Verdict.DELIVERED
    assert out.getvalue() == render(an_alert(1)) + render(an_alert(2))


async def test_readable_lines_hold_nothing_that_a_terminal_obeys() -> None:
    out = io.BytesIO()
    await StdoutSink("out", out, "text").send(a_delivery(an_alert(reason="\x1b[2J\u202e said")))
    written = out.getvalue().decode()
    assert written.startswith("New: Vyacheslav Gladkov\n“six people were wounded”\n")
    assert r"\x1b[2J\u202e said" in written
    assert "\x1b" not in written


async def test_a_digest_is_a_line_an_alert() -> None:
    out = io.BytesIO()
    digest = a_delivery(an_alert(2)).model_copy(update={"digest_of": (an_alert(1), an_alert(2))})
    await StdoutSink("out", out, "json").send(digest)
    assert [json.loads(line)["seq"] for line in out.getvalue().splitlines()] == [1, 2]


async def test_an_output_that_is_closed_is_tried_again() -> None:
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb", buffering=0) as stream:
        outcome = await StdoutSink("out", stream, "json").send(a_delivery())
    assert outcome.verdict is Verdict.RETRY
    assert "Broken pipe" in (outcome.error or "")


async def test_a_reader_that_hangs_is_given_up_and_no_second_write_is_begun() -> None:
    read, written = os.pipe()
    with os.fdopen(read, "rb", buffering=0) as reader, os.fdopen(written, "wb", buffering=0) as stream:
        sink = StdoutSink("out", stream, "json")
        large, small = a_delivery(an_alert(reason="x" * 200_000)), a_delivery()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sink.send(large), 0.1)
        outcome = await sink.send(large)
        assert outcome.verdict is Verdict.RETRY
        assert outcome.error == "the output takes nothing: the attempt before has not come back yet"

        async def has_room() -> bool:
            return (await sink.send(small)).verdict is Verdict.DELIVERED

        whole = render(large.alert)
        come = b""
        while len(come) < len(whole):
            come += await asyncio.to_thread(reader.read, len(whole) - len(come))
        await wait_until(has_room, "the write is over")
        assert come == whole
        assert await asyncio.to_thread(reader.read, 100_000) == render(small.alert)
        await sink.close()


# --- Apprise


def service(url: str) -> str:
    """What Apprise calls a server of ours: it posts JSON there. The path stands for a secret."""
    return f"{url.replace('http', 'json').removesuffix('/hook')}/hidden-token?rto=30"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What reaches the log of the monitor, from whatever library."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


async def test_without_the_library_the_configuration_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"'sink mail': .*pip install 'claim-monitor\[apprise\]'"):
        AppriseSink("mail", "ntfys://topic")


@pytest.mark.parametrize("url", ["slack://hidden-token", "nosuch://user:hidden@host/hidden", "hidden"])
async def test_a_url_that_the_library_refuses_is_shown_nowhere(url: str, logged: io.StringIO) -> None:
    with pytest.raises(ConfigError) as caught:
        AppriseSink("mail", url)
    assert "hidden" not in f"{caught.value}{logged.getvalue()}"


async def test_a_message_has_a_title_and_the_readable_text() -> None:
    got: list[dict[str, str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(json.loads((await read_request(reader))[1]))
        writer.write(status_line(200))

    async with talking(talk) as url:
        outcome = await AppriseSink("mail", service(url)).send(a_delivery())
    assert outcome == Outcome(verdict=Verdict.DELIVERED)
    [message] = got
    assert message["title"] == "New: Vyacheslav Gladkov"
    assert message["message"].startswith("“six people were wounded”\nwhere: Graivoron\n")
    assert message["message"].endswith("Reuters: https://example.org/0")


@pytest.mark.parametrize("answer", [status_line(500), status_line(404), b"", b"HTTP/1.1 nonsense\r\n\r\n"])
async def test_what_the_service_does_not_take_is_tried_again_and_its_address_shown_nowhere(
    answer: bytes, logged: io.StringIO
) -> None:
    async with talking(answering(answer)) as url:
        outcome = await AppriseSink("mail", service(url)).send(a_delivery())
    assert outcome == Outcome(verdict=Verdict.RETRY, error="the service did not take it")
    assert "hidden" not in logged.getvalue()


async def test_a_service_that_hangs_is_given_up_and_called_again_only_when_it_is_back() -> None:
    requests, over = 0, asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await read_request(reader)
        await over.wait()
        writer.write(status_line(200))

    async with talking(talk) as url:
        sink = AppriseSink("mail", service(url), timeout_s=0.2)
        assert (await sink.send(a_delivery())).error == "no answer within 0.2 s"
        assert (await sink.send(a_delivery())).error == "the attempt before has not come back yet"
        over.set()

        async def taken() -> bool:
            return (await sink.send(a_delivery())).verdict is Verdict.DELIVERED

        await wait_until(taken, "the next is taken once the first came back")
    assert requests == 2


# --- from the configuration


def configured(folder: Path, sink: dict[str, object]) -> Settings:
    path = folder / "monitor.yaml"
    path.write_text(json.dumps({"sinks": [sink]}), encoding="utf-8")
    return load_settings(path)


async def test_both_are_opened_as_they_are_configured(tmp_path: Path) -> None:
    [out] = configured(tmp_path, {"kind": "stdout", "format": "text"}).sinks
    assert isinstance(out, StdoutSettings)
    assert open_sink(out, tmp_path).name == "stdout"
    (tmp_path / "mail.url").write_text("ntfys://topic\n", encoding="utf-8")
    [mail] = configured(tmp_path, {"kind": "apprise", "name": "mail", "url_file": "mail.url"}).sinks
    assert isinstance(mail, AppriseSettings)
    assert mail.address.get_secret_value() == "ntfys://topic"
    assert "ntfys" not in repr(mail)
    assert open_sink(mail, tmp_path).name == "mail"


@pytest.mark.parametrize("more", [{}, {"url_env": "NOT_SET"}, {"url_file": "missing"}, {"url": "a://", "url_env": "X"}])
def test_apprise_needs_one_url(tmp_path: Path, more: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="url"):
        configured(tmp_path, {"kind": "apprise", "name": "mail"} | more)
