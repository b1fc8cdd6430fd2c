"""The body of a webhook: small enough, always valid, the same bytes for the same alert."""

import json
import time
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import Alert, AlertFigure, FigureReading, Link
from monitor.sinks.standard import BODY_LIMIT_BYTES, render
from tests.delivering import NOON, a_source, an_alert


def a_figure_of(readings: int) -> AlertFigure:
    history = tuple(
        FigureReading(value=number, claimant="Gladkov", at=NOON + timedelta(minutes=number))
        for number in range(readings)
    )
    return AlertFigure(value=readings, what="people wounded", low=0, high=readings, history=history)


def test_the_body_holds_type_time_and_the_alert_as_it_stands_in_the_log() -> None:
    alert = an_alert()
    body = json.loads(render(alert))
    assert list(body) == ["type", "timestamp", "data"]
    assert (body["type"], body["timestamp"]) == ("claim.new", "2023-05-22T12:00:00Z")
    assert body["data"].pop("left_out") == {}
    assert Alert.model_validate(body["data"]) == alert


def test_the_body_is_compact_and_readable() -> None:
    body = render(an_alert(reason="Гладков сказал"))
    assert b'": ' not in body
    assert "Гладков сказал".encode() in body


def test_what_a_terminal_would_obey_is_escaped_in_the_body() -> None:
    body = render(an_alert(reason="a\x1b[31m\u202eb\x9b"))
    assert rb"a\u001b[31m\u202eb\u009b" in body


def test_the_oldest_sources_go_first_and_their_number_is_told() -> None:
    sources = tuple(a_source(number) for number in range(200))
    body = render(an_alert(sources=sources))
    data = json.loads(body)["data"]
    kept = [source["post_id"] for source in data["sources"]]
    assert len(body) < BODY_LIMIT_BYTES
    assert kept == [source.post_id for source in sources[-len(kept) :]]
    assert data["left_out"] == {"sources": 200 - len(kept)}


def test_no_more_sources_are_left_out_than_needed() -> None:
    body = render(an_alert(sources=tuple(a_source(number) for number in range(200))))
    assert BODY_LIMIT_BYTES - len(body) < 500


def test_the_oldest_go_whatever_their_order() -> None:
    sources = tuple(a_source(number) for number in range(200))
    data = json.loads(render(an_alert(sources=sources[::-1])))["data"]
    assert data["sources"][0]["post_id"] == "post-199"


def test_then_the_oldest_figures_go() -> None:
    body = render(an_alert(sources=tuple(a_source(number) for number in range(200)), figure=a_figure_of(900)))
    data = json.loads(body)["data"]
    assert len(body) < BODY_LIMIT_BYTES
    assert data["left_out"] == {"sources": 199, "history": 900 - len(data["figure"]["history"])}
    assert data["figure"]["history"][-1]["value"] == 899


def test_an_endless_quote_is_shortened_visibly_and_an_endless_url_left_out() -> None:
    alert = an_alert(sources=(a_source(quote="б" * 100_000, url="https://example.org/" + "x" * 100_000),))
    body = render(alert)
    data = json.loads(body)["data"]
    assert len(body) < BODY_LIMIT_BYTES
    assert data["sources"][0]["quote"].endswith("…")
    assert data["sources"][0]["url"] is None
    assert data["alert_id"] == alert.alert_id


def test_a_hostile_alert_is_made_small_in_no_time() -> None:
    """A post of a hundred thousand characters, half of them to be escaped, must not hold up the other sinks."""
    text = "ы\u202e" * 50_000
    disputes = tuple(Link(claim_id=f"claim_{number}", because=text) for number in range(40))
    sources = tuple(a_source(number, quote=text) for number in range(12))
    alert = an_alert(reason=text, disputes=disputes, sources=sources, figure=a_figure_of(500))
    started = time.process_time()
    assert len(render(alert)) < BODY_LIMIT_BYTES
    assert time.process_time() - started < 2


# Every text and list of an alert, far larger than the whole body may be.
LARGE_TEXT = st.text(min_size=1, max_size=60).map(lambda text: text * 300) | st.text()


@settings(max_examples=60, deadline=None)
@given(text=LARGE_TEXT, count=st.integers(1, 300))
def test_whatever_an_alert_holds_its_body_is_valid_and_small_enough(text: str, count: int) -> None:
    alert = an_alert(
        reason=text,
        status=text,
        disputes=tuple(Link(claim_id=f"claim_{number}", because=text) for number in range(min(count, 40))),
        sources=tuple(a_source(number, quote=text[:400], outlet=text[:90]) for number in range(count)),
        figure=a_figure_of(count),
    )
    body = render(alert)
    assert len(body) < BODY_LIMIT_BYTES
    assert json.loads(body)["data"]["alert_id"] == alert.alert_id
    assert body == render(alert)
