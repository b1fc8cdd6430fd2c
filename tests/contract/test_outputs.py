"""Standard output and Apprise: what they write, and that a reader or a service that hangs holds up nothing else."""

import asyncio
import io
import json
import os
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.destinations import open_sink
from monitor.errors import ConfigError
from monitor.models import Verdict
from monitor.settings import Settings, load_settings
from monitor.sink_settings import AppriseSettings, StdoutSettings
from monitor.sinks.apprise import AppriseSink
from monitor.sinks.log import render
from monitor.sinks.stdout import StdoutSink
from tests.delivering import a_delivery, an_alert
from tests.waiting import wait_until

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


def writers() -> int:
    return sum(thread.name == "sink out" for thread in threading.enumerate())


async def test_a_reader_that_hangs_is_given_up_and_no_second_write_is_begun() -> None:
    read, written = os.pipe()
    with os.fdopen(read, "rb", buffering=0) as reader, os.fdopen(written, "wb", buffering=0) as stream:
        sink = StdoutSink("out", stream, "json")
        large = a_delivery(an_alert(reason="x" * 200_000))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sink.send(large), 0.1)
        outcome = await sink.send(large)
        assert (outcome.verdict, writers()) == (Verdict.RETRY, 1)
        rest = len(render(large.alert))
        while rest > 0:
            rest -= len(await asyncio.to_thread(reader.read, rest))
        await wait_until(lambda: writers() == 0, "the write is over")
        await sink.close()


# --- Apprise


class Library(types.ModuleType):
    """The one class of the library that is used, with its own behaviour: a URL is known or not, a message taken or not.

    `answer` is what the service says: True, False, or an error to raise.
    """

    def __init__(self) -> None:
        super().__init__("apprise")
        self.got: list[dict[str, str]] = []
        self.answer: object = True
        self.release = threading.Event()
        self.release.set()
        library = self

        class Apprise:
            def add(self, url: str) -> bool:
                return url.startswith("ntfys://")

            def notify(self, **message: str) -> object:
                library.release.wait(10)
                library.got.append(message)
                if isinstance(library.answer, Exception):
                    raise library.answer
                return library.answer

        self.Apprise = Apprise


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    library = Library()
    monkeypatch.setitem(sys.modules, "apprise", library)
    yield library
    library.release.set()


async def test_without_the_library_the_configuration_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"'sink mail': .*pip install 'claim-monitor\[apprise\]'"):
        AppriseSink("mail", "ntfys://topic")


async def test_a_url_that_the_library_does_not_know_is_refused_and_not_shown(library: Library) -> None:
    with pytest.raises(ConfigError) as caught:
        AppriseSink("mail", "mailto://user:hidden@example.org")
    assert "hidden" not in str(caught.value)


async def test_a_message_has_a_title_and_the_readable_text(library: Library) -> None:
    outcome = await AppriseSink("mail", "ntfys://topic").send(a_delivery())
    assert outcome.verdict is Verdict.DELIVERED
    [message] = library.got
    assert message["title"] == "New: Vyacheslav Gladkov"
    assert message["body"].startswith("“six people were wounded”\nwhere: Graivoron\n")
    assert message["body"].endswith("Reuters: https://example.org/0")
    assert message["body_format"] == "text"


@pytest.mark.parametrize("answer", [False, None, RuntimeError("token=hidden")])
async def test_a_service_that_does_not_take_it_is_tried_again(library: Library, answer: object) -> None:
    library.answer = answer
    outcome = await AppriseSink("mail", "ntfys://topic").send(a_delivery())
    assert outcome.verdict is Verdict.RETRY
    assert "hidden" not in (outcome.error or "")


async def test_a_service_that_hangs_is_given_up_and_called_again_only_when_it_is_back(library: Library) -> None:
    library.release.clear()
    sink = AppriseSink("mail", "ntfys://topic")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sink.send(a_delivery()), 0.1)
    assert (await sink.send(a_delivery())).error == "the attempt before has not come back yet"
    library.release.set()
    await wait_until(lambda: len(library.got) == 1, "the first came back")

    async def taken() -> bool:
        return (await sink.send(a_delivery())).verdict is Verdict.DELIVERED

    await wait_until(taken, "the second is taken")
    assert len(library.got) == 2


# --- from the configuration


def configured(folder: Path, sink: dict[str, object]) -> Settings:
    path = folder / "monitor.yaml"
    path.write_text(json.dumps({"sinks": [sink]}), encoding="utf-8")
    return load_settings(path)


async def test_both_are_opened_as_they_are_configured(tmp_path: Path, library: Library) -> None:
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
