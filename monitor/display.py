"""Text from a feed is hostile: what a terminal or a log reader may be shown of it.

Terminals obey what they print: escape sequences rename windows and move the cursor, bidirectional overrides turn
words around, zero-width characters hide. Nothing of a post is printed without `safe`.
"""

import json
import re
from functools import cache

# C0 without its harmless members is a matter of `safe`; here: DEL and C1, soft hyphen and joiners without width,
# Arabic letter mark, Hangul and Khmer fillers, bidirectional marks, embeddings and isolates, line and paragraph
# separators, byte-order mark, interlinear marks, surrogates without a partner, format controls of hieroglyphs,
# shorthand and music, tags, non-characters.
_UNSEEN = (
    "\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_UNPRINTABLE = re.compile(f"[\x00-\x1f{_UNSEEN}]")
_UNPRINTABLE_IN_LINES = re.compile(f"[\x00-\x09\x0b-\x1f{_UNSEEN}]")


def safe(text: str, *, lines: bool = False, limit: int | None = None) -> str:
    r"""The text with all that a terminal would obey or hide written out: `\x1b`, `\u202e`, `\n`; tabs as spaces.

    `lines` keeps line feeds as they are; `limit` cuts to that many characters, "…" included. The result may still hold
    rich's markup: print it as `rich.text.Text`, or with `markup=False`.
    """
    text = text.replace("\t", " ")
    if lines:
        text = text.replace("\r\n", "\n")
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    return (_UNPRINTABLE_IN_LINES if lines else _UNPRINTABLE).sub(lambda found: _written_out(found[0]), text)


def json_safe(document: str) -> str:
    r"""A JSON document, the characters in its strings that hide or reorder written as `\uXXXX`; its value is the same.

    Everything else stays readable as it is. No reader that splits lines at U+2028 or U+0085 breaks it.
    """
    if document.isascii() and "\x7f" not in document:  # most are, and looking for the others takes its time
        return document
    return _HIDDEN.sub(lambda found: _in_json(found[0]), document)


# There are few such characters; a hostile text holds many of each.
@cache
def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


@cache
def _in_json(character: str) -> str:
    return json.dumps(character)[1:-1]
