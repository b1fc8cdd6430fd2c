"""What is made once for many sinks is that of the very value, and not kept for ever."""

from monitor.sinks.latest import Latest
from monitor.sinks.standard import render, standard
from tests.delivering import a_delivery, an_alert


def test_a_value_is_made_once_while_it_is_among_the_latest() -> None:
    made: list[str] = []

    def make(value: list[str]) -> str:
        made.append(value[0])
        return value[0].upper()

    latest = Latest(make, most=2)
    one, two, three = ["a"], ["b"], ["c"]
    assert [latest(value) for value in (one, two, one, two)] == ["A", "B", "A", "B"]
    assert made == ["a", "b"]
    assert [latest(value) for value in (three, two, one)] == ["C", "B", "A"]
    assert made == ["a", "b", "c", "a"]


def test_what_is_equal_is_still_made_by_itself() -> None:
    latest: Latest[list[str], list[str]] = Latest(lambda value: [*value], most=8)
    one, same = ["a"], ["a"]
    assert latest(one) is latest(one)
    assert latest(one) is not latest(same)


def test_alerts_with_one_name_and_other_words_have_bodies_of_their_own() -> None:
    alert = an_alert(1)
    other = alert.model_copy(update={"reason": "another reason"})
    bodies = [standard(a_delivery(one)) for one in (alert, other, alert)]
    assert bodies == [render(alert), render(other), render(alert)]
    assert bodies[0] is bodies[2]
    assert b"another reason" in bodies[1]
