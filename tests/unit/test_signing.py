"""Signatures, held against the published library of Standard Webhooks, both ways."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from monitor.signing import ID, PREFIX, SIGNATURE, TIMESTAMP, TOLERANCE, Secret, sign, verify
from tests.delivering import NOON, OTHER_SECRET, OTHER_SECRET_TEXT, SECRET, SECRET_TEXT

BODY = '{"type":"claim.new","data":{"text":"шестеро раненых — “six”"}}'.encode()


def test_the_signature_of_the_published_example_comes_out() -> None:
    secret = Secret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers[SIGNATURE] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_believes_what_is_signed_here() -> None:
    headers = sign([SECRET], "alert_1", datetime.now(UTC), BODY)
    Webhook(SECRET_TEXT).verify(BODY, headers)


def test_what_the_library_signs_is_believed_here() -> None:
    now = datetime.now(UTC)
    signature = Webhook(SECRET_TEXT).sign("alert_1", now, BODY.decode())
    headers = {ID: "alert_1", TIMESTAMP: str(int(now.timestamp())), SIGNATURE: signature}
    assert verify([SECRET], headers, BODY, now).genuine


@given(
    key=st.binary(min_size=24, max_size=64),
    body=st.text(),
    webhook_id=st.from_regex(r"[a-z_0-9]{1,40}", fullmatch=True),
)
def test_library_and_we_sign_alike(key: bytes, body: str, webhook_id: str) -> None:
    text = PREFIX + base64.b64encode(key).decode()
    ours = sign([Secret.parse(text)], webhook_id, NOON, body.encode())[SIGNATURE]
    assert ours == Webhook(text).sign(webhook_id, NOON, body)


@pytest.mark.parametrize("text", [SECRET_TEXT, OTHER_SECRET_TEXT])
def test_while_a_secret_is_replaced_both_receivers_believe(text: str) -> None:
    headers = sign([SECRET, OTHER_SECRET], "alert_1", datetime.now(UTC), BODY)
    assert len(headers[SIGNATURE].split(" ")) == 2
    Webhook(text).verify(BODY, headers)


def test_a_receiver_with_two_secrets_believes_either() -> None:
    headers = sign([OTHER_SECRET], "alert_1", NOON, BODY)
    assert verify([SECRET, OTHER_SECRET], headers, BODY, NOON).genuine


@pytest.mark.parametrize("off", [TOLERANCE, -TOLERANCE])
def test_a_clock_that_is_five_minutes_off_is_tolerated(off: timedelta) -> None:
    assert verify([SECRET], sign([SECRET], "alert_1", NOON, BODY), BODY, NOON + off).genuine


@pytest.mark.parametrize("off", [TOLERANCE + timedelta(seconds=1), -TOLERANCE - timedelta(seconds=1)])
def test_an_old_request_sent_once_more_is_not_believed(off: timedelta) -> None:
    assert "minutes off" in verify([SECRET], sign([SECRET], "alert_1", NOON, BODY), BODY, NOON + off).because


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({ID: "alert_2"}, "no signature fits"),
        ({TIMESTAMP: str(int(NOON.timestamp()) + 1)}, "no signature fits"),
        ({TIMESTAMP: "1e9"}, "no number"),
        ({TIMESTAMP: "٣"}, "no number"),
        ({TIMESTAMP: "9" * 5000}, "no number"),
        ({ID: ""}, "are needed"),
        ({SIGNATURE: ""}, "are needed"),
        ({SIGNATURE: "v1,"}, "no signature fits"),
        ({SIGNATURE: "v1,йй \udcff v2,x"}, "no signature fits"),
    ],
)
def test_a_changed_header_is_not_believed(changed: dict[str, str], because: str) -> None:
    headers = sign([SECRET], "alert_1", NOON, BODY) | changed
    found = verify([SECRET], headers, BODY, NOON)
    assert not found.genuine
    assert because in found.because


def test_a_changed_body_or_another_secret_is_not_believed() -> None:
    headers = sign([SECRET], "alert_1", NOON, BODY)
    assert not verify([SECRET], headers, BODY + b" ", NOON).genuine
    assert not verify([OTHER_SECRET], headers, BODY, NOON).genuine


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("c2VjcmV0", "must begin with whsec_"),
        ("", "must begin with whsec_"),
        ("whsec_not base64 at all!!", "not base64"),
        ("whsec_zzzzz", "not base64"),
        ("whsec_йцук", "not base64"),
        (PREFIX + base64.b64encode(b"x" * 23).decode(), "holds 23"),
        (PREFIX + base64.b64encode(b"x" * 65).decode(), "holds 65"),
        (PREFIX, "holds 0"),
    ],
)
def test_what_is_no_secret_is_told_without_showing_it(text: str, because: str) -> None:
    with pytest.raises(ValueError, match=because) as caught:
        Secret.parse(text)
    shown = f"{caught.value!s} {caught.value!r} {caught.value.__cause__!r}"
    assert not text.removeprefix(PREFIX) or text.removeprefix(PREFIX) not in shown


def test_a_secret_may_come_from_a_file_with_a_line_feed_and_without_padding() -> None:
    assert Secret.parse(SECRET_TEXT.rstrip("=") + "\n") == SECRET


def test_a_secret_never_shows_itself() -> None:
    assert repr(SECRET) == "Secret()"
