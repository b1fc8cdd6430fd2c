"""Cuts texts into posts without losing a character's place.

Offsets are characters of the text as `Path.read_text(encoding="utf-8")` gives it: line ends are one "\\n" each, and a
byte order mark is the character 0.
"""

import re
from collections.abc import Iterator

LONGEST_POST = 20_000
"""Characters: a longer text is several posts of its thread."""

_BLANK = "\ufeff"
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s")


def decode(raw: bytes) -> str:
    """The text of a file; ValueError that names byte and line where it is not UTF-8."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"is not UTF-8: byte {error.start} (line {line}): 0x{raw[error.start]:02x}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Each non-blank line as its offset and its text without the white space around it; long ones in pieces."""
    start = 0
    for line in text.split("\n"):
        yield from pieces(line, start)
        start += len(line) + 1


def pieces(text: str, offset: int = 0) -> Iterator[tuple[int, str]]:
    """The text without the white space around it, in pieces of at most `LONGEST_POST` characters.

    A long text is cut behind a sentence, else at white space, else anywhere; nothing but white space is left out.
    """
    start, end = 0, len(text)
    while True:
        while start < end and (text[start].isspace() or text[start] == _BLANK):
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            return
        cut = _cut(text, start, end)
        yield offset + start, text[start:cut].rstrip()
        start = cut


def _cut(text: str, start: int, end: int) -> int:
    longest = start + LONGEST_POST
    if end <= longest:
        return end
    earliest = start + LONGEST_POST // 2
    sentence = max((found.end() for found in _SENTENCE_END.finditer(text, earliest, longest)), default=0)
    if sentence:
        return sentence
    return next((at for at in range(longest, earliest, -1) if text[at - 1].isspace()), longest)
