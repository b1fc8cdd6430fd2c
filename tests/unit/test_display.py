"""What a terminal may be shown of text from a feed."""

import json
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from monitor.display import json_safe, safe

OBEYED = {"Cc", "Cf", "Zl", "Zp", "Cs"}
# Signs of Arabic, Syriac and Kaithi that embrace the digits after them: format characters by name, ink by nature.
VISIBLE = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def test_terminal_escapes_are_written_out() -> None:
    assert safe("\x1b]0;owned\x07 \x9b31m") == r"\x1b]0;owned\x07 \x9b31m"


def test_text_that_is_turned_around_or_hidden_is_written_out() -> None:
    assert safe("a\u202eb\u2066c\u200bd\ufeffe\U000e0041f\u2028g") == r"a\u202eb\u2066c\u200bd\ufeffe\U000e0041f\u2028g"


def test_a_surrogate_without_its_partner_can_be_printed() -> None:
    assert safe("a\ud800b").encode("utf-8") == rb"a\ud800b"


def test_other_scripts_and_typography_stay_as_they_are() -> None:
    text = "Гладков: «шестеро» — 6 раненых… Шебекино, Бєлгород, 北京, café 🙂"
    assert safe(text) == text


def test_a_post_stays_on_one_line_unless_its_lines_are_asked_for() -> None:
    assert safe("one\r\ntwo\tthree") == r"one\r\ntwo three"
    assert safe("one\r\ntwo\rthree", lines=True) == "one\ntwo\\rthree"


def test_long_text_is_cut() -> None:
    assert safe("abcdef", limit=4) == "abc…"
    assert safe("abcd", limit=4) == "abcd"


def test_nothing_is_left_that_a_terminal_obeys_or_hides() -> None:
    everything = (chr(code) for code in range(sys.maxunicode + 1))
    shown = {one for one in everything if unicodedata.category(one) in OBEYED and safe(one) == one}
    assert shown == VISIBLE


@given(st.text())
def test_json_made_safe_says_the_same_on_one_line(text: str) -> None:
    document = json_safe(json.dumps({"quote": text}, ensure_ascii=False))
    assert json.loads(document) == {"quote": text}
    assert {one for one in document if unicodedata.category(one) in OBEYED} <= VISIBLE
    assert len(document.splitlines()) == 1


def test_json_with_half_a_surrogate_pair_can_be_written_to_a_file() -> None:
    assert json_safe(json.dumps("a\ud800b", ensure_ascii=False)).encode("utf-8") == rb'"a\ud800b"'
