"""A paragraph's statements: the frames of its sentences, and the quotes that have no cue of their own.

A quote that runs over several sentences has one speaker; one without a cue takes the cue that follows it in the
paragraph, else that of the same quote before it; else it is left to the thread's last speaker (`frame` None).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monitor.extract.attribution import attributions, unsaid
from monitor.extract.footage import Footage, footage
from monitor.extract.grammar import Attribution, Span, rejoined
from monitor.extract.headings import heading_frame, labelled_frame, shortened
from monitor.extract.reading import REMEMBERED, Reading, Sentence, paragraphs, read
from monitor.extract.settling import nested, settled
from monitor.extract.tags import FINITE, VERBAL
from monitor.models import Stance

SHORTEST_QUOTE = 4
"""Fewer words in quotation marks without a verb are a name or a doubt, not speech."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says in one sentence. `frame` is where it is attributed, maybe in the sentence `frame_in`.

    `quoted`: it stands in a quote without a cue in its own sentence. Without a frame its speaker is the thread's.
    """

    sentence: int
    spans: tuple[Span, ...]
    frame: Attribution | None
    frame_in: int
    quoted: bool = False

    @property
    def beside(self) -> Attribution | None:
        """The frame, where it stands in the same sentence and attributes what is said to its tokens."""
        return self.frame if self.frame_in == self.sentence and not self.quoted else None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A paragraph, read and attributed.

    For each sentence: `own` are the token ranges that are nobody else's words, `pictures` what it says they show.
    """

    reading: Reading
    frames: tuple[tuple[Attribution, ...], ...]
    statements: tuple[Statement, ...]
    own: tuple[tuple[Span, ...], ...]
    pictures: tuple[Footage | None, ...]


@lru_cache(maxsize=REMEMBERED)
def analyse(paragraph: str) -> Analysis:
    """The paragraph's statements in the order of the text; remembered by text."""
    reading = read(paragraph)
    raw = [[f for f in attributions(s) if not f.mind] for s in reading.sentences]
    label = heading_frame if reading.heading and len(raw) == 1 else labelled_frame
    for attributed, sentence in zip(raw, reading.sentences, strict=True):
        labelled = label(reading, sentence) if not attributed else None
        if labelled is not None:
            attributed.append(labelled)
    if reading.heading:
        raw = [[shortened(f, s) for f in found] for found, s in zip(raw, reading.sentences, strict=True)]
    frames = tuple(settled(found, s.doc) for found, s in zip(raw, reading.sentences, strict=True))
    speaker_of = _quote_speakers(reading, frames)
    statements: list[Statement] = []
    own: list[tuple[Span, ...]] = []
    said_after = _said_after(reading, frames)
    for n, (sentence, here) in enumerate(zip(reading.sentences, frames, strict=True)):
        found = [Statement(n, f.content, f, n) for f in here if f.kind != "anaphoric"]
        quoted = _bare_quotes(sentence, here)
        for span in quoted:
            index = next(q for q in sentence.quotes[span[0] : span[1]] if q >= 0)
            frame_in, frame = _speaker_for(index, n, frames, reading, speaker_of)
            found.append(Statement(n, (span,), frame, frame_in, quoted=True))
        statements += sorted(found, key=lambda s: s.spans[0])
        cue_clauses = [f.region for f in raw[n]]
        rest = _rest(sentence, [*(span for f in here for span in f.content), *cue_clauses, *quoted, *unsaid(sentence)])
        rest = rejoined(sentence, rest)
        if n in said_after and rest and not found:
            frame_in, frame = said_after[n]
            statements.append(Statement(n, rest, frame, frame_in))
            rest = ()
        own.append(rest)
    pictures = tuple(footage(sentence) for sentence in reading.sentences)
    return Analysis(reading, frames, tuple(statements), tuple(own), pictures)


def _said_after(reading: Reading, frames: tuple[tuple[Attribution, ...], ...]) -> dict[int, tuple[int, Attribution]]:
    """The sentences whose source the next one names: "P. This was stated by X"."""
    found: dict[int, tuple[int, Attribution]] = {}
    for n in range(1, len(frames)):
        for frame in frames[n]:
            whole = frame.region == (0, len(reading.sentences[n].doc))
            if frame.kind == "anaphoric" and whole and frame.stance is Stance.ASSERTED:
                found[n - 1] = (n, frame)
    return found


def _quote_speakers(
    reading: Reading, frames: tuple[tuple[Attribution, ...], ...]
) -> dict[int, tuple[int, Attribution]]:
    """For each quote of the paragraph the sentence and frame that first take a good part of it as content."""
    found: dict[int, tuple[int, Attribution]] = {}
    for n, (sentence, here) in enumerate(zip(reading.sentences, frames, strict=True)):
        for frame in here:
            inside: dict[int, int] = {}
            for span in frame.content:
                for i in range(*span):
                    if sentence.quotes[i] >= 0 and sentence.quotes[i] != sentence.quotes[frame.cue]:
                        inside[sentence.quotes[i]] = inside.get(sentence.quotes[i], 0) + 1
            for index, words in inside.items():
                if words >= 2:
                    found.setdefault(index, (n, frame))
    return found


def _bare_quotes(sentence: Sentence, frames: tuple[Attribution, ...]) -> list[Span]:
    """The quoted stretches of the sentence that no frame takes, long enough to be speech."""
    taken = {i for f in frames for span in (*f.content, f.region) for i in range(*span)}
    doc, out, at = sentence.doc, [], 0
    while at < len(doc):
        index = sentence.quotes[at]
        if index < 0 or at in taken:
            at += 1
            continue
        last = at
        while last < len(doc) and sentence.quotes[last] == index and last not in taken:
            last += 1
        words = [t for t in doc[at:last] if not t.is_punct]
        whole = at <= 1 and last >= len(doc) - 2
        verb = any(t.tag_ in FINITE for t in words)
        if words and (
            (len(words) >= SHORTEST_QUOTE and verb) or (whole and (verb or any(t.tag_ in VERBAL for t in words)))
        ):
            out.append((at, last))
        at = last
    return out


def _speaker_for(
    index: int,
    n: int,
    frames: tuple[tuple[Attribution, ...], ...],
    reading: Reading,
    speaker_of: dict[int, tuple[int, Attribution]],
) -> tuple[int, Attribution | None]:
    if index in speaker_of:
        return speaker_of[index]
    if reading.quotes[index].closed:
        for m in range(n, min(n + 3, len(frames))):
            for frame in frames[m]:
                inside = any(reading.sentences[m].quotes[i] >= 0 for span in frame.content for i in range(*span))
                if frame.source is not None and (m == n or inside) and frame.kind not in {"according", "noun"}:
                    return m, frame
    for m in range(n - 1, -1, -1):
        for frame in reversed(frames[m]):
            if frame.source is not None and frame.kind != "noun":
                return m, frame
    return n, None


def _rest(sentence: Sentence, taken: list[Span]) -> tuple[Span, ...]:
    """The stretches of the sentence that are in none of the spans."""
    used = {i for span in taken for i in range(*span)}
    out: list[Span] = []
    start: int | None = None
    for i in range(len(sentence.doc) + 1):
        if i < len(sentence.doc) and i not in used:
            start = i if start is None else start
        elif start is not None:
            out.append((start, i))
            start = None
    return tuple(span for span in out if any(t.is_alpha for t in sentence.doc[span[0] : span[1]]))


def spans_of_text(text: str) -> Iterator[dict[str, Any]]:
    """Every attribution of a text, attitudes included, as character spans: source, cue, content; for measuring.

    The content of a frame goes on over the sentences of its quote, and holds what it tells of others' words.
    """
    for begin, end in paragraphs(text):
        paragraph = text[begin:end]
        reading = read(paragraph)
        raw = [attributions(s) for s in reading.sentences]
        frames = tuple(
            settled([f for f in found if not f.mind], s.doc) for found, s in zip(raw, reading.sentences, strict=True)
        )
        speaker_of = _quote_speakers(reading, frames)
        more: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for n, sentence in enumerate(reading.sentences):
            for span in _bare_quotes(sentence, frames[n]):
                index = next(q for q in sentence.quotes[span[0] : span[1]] if q >= 0)
                m, frame = _speaker_for(index, n, frames, reading, speaker_of)
                if frame is not None:
                    more.setdefault((m, frame.cue), []).append(sentence.chars(*span))
        for n, sentence in enumerate(reading.sentences):
            # an attitude within what is said takes nothing from it
            said = nested([f for f in raw[n] if not f.mind], sentence.doc)
            for frame in (*said, *(f for f in raw[n] if f.mind)):
                content = [sentence.chars(*span) for span in frame.content] + more.get((n, frame.cue), [])
                yield {
                    "source": [_at(begin, sentence.chars(*frame.source))] if frame.source else None,
                    "cue": [_at(begin, sentence.chars(frame.cue, frame.cue + 1))],
                    "content": [_at(begin, span) for span in content] or None,
                }


def _at(begin: int, span: tuple[int, int]) -> list[int]:
    return [begin + span[0], begin + span[1]]
