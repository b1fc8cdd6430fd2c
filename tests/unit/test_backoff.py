"""When a failed delivery is tried again."""

from datetime import timedelta

import pytest

from monitor.backoff import LOG, RETRY_AFTER_LIMIT, WEBHOOK, Schedule
from tests.delivering import NOON

HOURS = timedelta(hours=1)
STEADY = Schedule.of_seconds([0, 5, 300], jitter=0)


def test_waits_follow_the_schedule_and_then_the_delivery_is_dead() -> None:
    waits = [WEBHOOK.next_at(attempts, NOON, None, 0.0) for attempts in range(1, 11)]
    seconds = [None if at is None else (at - NOON).total_seconds() for at in waits]
    assert seconds == [5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600, None]


def test_the_first_attempt_is_made_at_once() -> None:
    assert WEBHOOK.delays[0] == timedelta(0)
    assert LOG.delays[0] == timedelta(0)


@pytest.mark.parametrize(("fraction", "seconds"), [(0.0, 300.0), (0.5, 330.0), (1.0, 360.0)])
def test_jitter_lengthens_the_wait_by_the_share_that_is_passed_in(fraction: float, seconds: float) -> None:
    assert WEBHOOK.next_at(2, NOON, None, fraction) == NOON + timedelta(seconds=seconds)


def test_a_receiver_may_wish_for_a_longer_wait() -> None:
    assert STEADY.next_at(1, NOON, timedelta(seconds=90), 0.0) == NOON + timedelta(seconds=90)


def test_a_receiver_can_not_shorten_the_wait() -> None:
    assert STEADY.next_at(2, NOON, timedelta(seconds=1), 0.0) == NOON + timedelta(seconds=300)


def test_a_receiver_can_not_put_it_off_for_ever() -> None:
    assert STEADY.next_at(1, NOON, timedelta(days=10_000), 0.0) == NOON + RETRY_AFTER_LIMIT


def test_jitter_comes_after_the_wished_time_never_before() -> None:
    at = WEBHOOK.next_at(1, NOON, timedelta(hours=1), 1.0)
    assert at is not None
    assert NOON + HOURS <= at <= NOON + HOURS + timedelta(seconds=5)


def test_a_wish_does_not_bring_a_dead_delivery_back() -> None:
    assert STEADY.next_at(3, NOON, timedelta(seconds=1), 0.0) is None


def test_the_log_is_tried_for_ever() -> None:
    assert LOG.next_at(100_000, NOON, None, 0.5) == NOON + LOG.delays[-1]


@pytest.mark.parametrize("seconds", [[], [0, -1]])
def test_a_schedule_that_makes_no_sense_is_refused(seconds: list[float]) -> None:
    with pytest.raises(ValueError, match="delay"):
        Schedule.of_seconds(seconds)
