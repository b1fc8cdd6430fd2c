"""Lines that name their speaker without a verb: "S: P", "P – S", "S – P" and "P: S".

A headline may have any of these forms; a full sentence the first at the head of its paragraph ("Gladkov: Two houses
burned.") and the second behind a quote. Whether S can speak at all ("Kremlin: …", not "Ukraine war: …") is for the
topic's names to say.
"""

from dataclasses import replace

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from monitor.extract import cues, events
from monitor.extract.grammar import Attribution, Span, child_of, phrase, source_of, subject_of
from monitor.extract.reading import Reading, Sentence
from monitor.extract.tags import FINITE, VERBAL

AFTER = frozenset({"after", "as", "amid", "following", "while", "but"})
"""What joins a second event to a headline's first."""

MOST_WORDS = 8
"""A speaker in a headline is no longer than this."""


LONGEST_NAME = 14
"""But an institution's full name may be: "The General Staff of the Armed Forces of Ukraine: P"."""


def labelled_frame(reading: Reading, sentence: Sentence) -> Attribution | None:
    """The frame of a full sentence that has no other, where a colon or a dash names its speaker."""
    doc = sentence.doc
    first = sentence is reading.sentences[0]
    frame = _behind_colon(sentence) if first else None
    if frame is not None:
        return frame
    dash = next((t.i for t in reversed(doc[1:-1]) if t.text == "," and sentence.start + t.idx in reading.dashes), None)
    if dash is None:
        return None
    end = len(doc) - 1 if doc[-1].text == "." else len(doc)
    quoted = doc[dash - 1].text in {'"', ","} and sentence.quotes[max(dash - 2, 0)] >= 0
    if not quoted and not (_ends_or_quotes(reading, sentence) and all(t.pos_ == "PROPN" for t in doc[dash + 1 : end])):
        return None
    plain = dash + 1 < end <= dash + 1 + MOST_WORDS and _plain(doc[dash + 1 : end])
    return Attribution("heading", dash, "–", (dash + 1, end), ((0, dash),), (dash, len(doc))) if plain else None


def _ends_or_quotes(reading: Reading, sentence: Sentence) -> bool:
    """Whether nothing follows in the paragraph but what is quoted: "P – Peskov. "Q"."."""
    after = next((other for other in reading.sentences if other.start > sentence.start), None)
    return after is None or after.doc[0].text == '"'


def shortened(frame: Attribution, sentence: Sentence) -> Attribution:
    """A headline's frame without what the outlet adds: "US denies role | after tanks seen in Belgorod".

    Nor does the next headline behind a semicolon belong to it: "Governor urges calm; drones hit Kursk".
    """
    doc = sentence.doc
    stop = _next_headline(sentence, frame)
    if stop is not None:
        kept = tuple((a, min(b, stop)) for a, b in frame.content if a < stop)
        return replace(frame, content=kept) if kept else frame
    if frame.kind != "nominal" or len(frame.content) != 1:
        return frame
    start, end = frame.content[0]
    for token in doc[start + 1 : end - 2]:
        if token.lower_ in AFTER and sentence.quotes[token.i] < 0 and _tells(sentence, (token.i + 1, end)):
            return replace(frame, content=((start, token.i),))
    return frame


def _next_headline(sentence: Sentence, frame: Attribution) -> int | None:
    """The semicolon behind the cue that the next headline follows: "X says P; toll rises", not "; two were hurt"."""
    behind = sentence.doc[frame.cue : -1] if frame.kind != "heading" else ()
    stop = next((t for t in behind if t.text == ";" and sentence.quotes[t.i] < 0), None)
    if stop is None:
        return None
    done = frame.kind in {"directive", "nominal"} or stop.nbor().pos_ == "PROPN"  # "urges calm" ends with its object
    verb = next((t for t in sentence.doc[stop.i :] if t.tag_ in FINITE), None)
    return stop.i if done or (verb is not None and verb.tag_ == "VBZ" and verb.pos_ != "AUX") else None


def past_mark(sentence: Sentence, span: Span) -> Span:
    """The rest of a headline without the "after" that joined it to the first event, where it tells of one itself."""
    begins = span[0] > 0 and sentence.doc[span[0]].lower_ in AFTER
    return (span[0] + 1, span[1]) if begins and _tells(sentence, (span[0] + 1, span[1])) else span


def _tells(sentence: Sentence, span: Span) -> bool:
    """Whether a stretch is a clause that tells of an event: "tanks seen in Belgorod", not "raid on Belgorod"."""
    stop = next((t.i for t in sentence.doc[span[0] : span[1]] if t.is_punct), span[1])
    rest = sentence.doc[span[0] : stop]
    verb = next((t.i for t in rest if t.tag_ in FINITE | {"VBN"}), None)
    return verb is not None and verb > span[0] and bool(events.of(rest))


def _behind_colon(sentence: Sentence) -> Attribution | None:
    doc = sentence.doc
    colon = next((t.i for t in doc[: LONGEST_NAME + 1] if t.text == ":"), None)
    if colon and colon > MOST_WORDS and any(t.pos_ not in {"PROPN", "ADP", "DET", "ADJ"} for t in doc[:colon]):
        return None
    if not colon or colon + 3 > len(doc) or any(t.tag_ in FINITE for t in doc[:colon]):
        return None
    begin = 2 if colon > 2 and doc[0].tag_ in {"VBN", "VBD"} and doc[1].lower_ == "by" else 0  # "Confirmed by X: P"
    return Attribution("heading", colon, ":", (begin, colon), ((colon + 1, len(doc)),), (0, colon + 1))


def heading_frame(reading: Reading, sentence: Sentence) -> Attribution | None:
    """The frame of a headline that has no other; `lemma` is the mark that parts speaker and content."""
    frame = _behind_colon(sentence)
    if frame is not None:
        others = () if _speaking(sentence, frame) else (_before_dash(reading, sentence), _before_colon(sentence))
        return next((other for other in others if other is not None and _speaking(sentence, other)), frame)
    return (
        _behind_cue(sentence) or _before_colon(sentence) or _before_dash(reading, sentence) or _behind_comma(sentence)
    )


def _behind_cue(sentence: Sentence) -> Attribution | None:
    """ "P, X says", "P, says X" and "P – reports" whose P the parser made no clause of ("70 "fighters" dead")."""
    doc = sentence.doc
    comma = next((t.i for t in reversed(doc[2:-1]) if t.text == ","), None)
    end = len(doc) - (doc[-1].text == ".")
    if comma is None or not comma < end - 1 <= comma + MOST_WORDS:
        return None
    first, last = doc[comma + 1], doc[end - 1]
    cue = next((token for token in (last, first) if _tells_that(token)), None)
    if cue is None:
        return None
    source = (comma + 1, end) if first == last else (comma + 1, end - 1) if cue == last else (comma + 2, end)
    if not _plain(doc[source[0] : source[1]]) and first != last:
        return None
    return Attribution("inverted", cue.i, cue.lemma_.lower(), source, ((0, comma),), (comma + 1, end))


def _tells_that(token: Token) -> bool:
    """Whether it is a verb of saying as a headline has it, or looks like one: "general claims", "– reports"."""
    cue = cues.VERBS.get(token.lemma_.lower())
    return cue is not None and "clause" in cue.ways and token.tag_ in {"VBZ", "VBP", "VBD", "NNS", "NNPS"}


def _before_colon(sentence: Sentence) -> Attribution | None:
    """ "P: S"."""
    doc = sentence.doc
    last = next((t.i for t in doc[max(len(doc) - 6, 0) :] if t.text == ":"), None) if len(doc) > 4 else None
    if last and last > 2 and last + 1 < len(doc) and _plain(doc[last + 1 :]):
        return Attribution("heading", last, "–", (last + 1, len(doc)), ((0, last),), (last, len(doc)))
    return None


def _behind_comma(sentence: Sentence) -> Attribution | None:
    """ "P, S": nothing but the speaker stands behind the headline's only comma; nothing that could be one before it."""
    doc = sentence.doc
    commas = [t.i for t in doc if t.text == ","]
    if len(commas) != 1 or commas[0] < 3 or not any(t.tag_ in VERBAL or t.pos_ == "NUM" for t in doc[: commas[0]]):
        return None
    at = commas[0]
    named = all(t.pos_ in {"PROPN", "ADJ", "NOUN"} or sum(map(str.isupper, t.text)) > 1 for t in doc[at + 1 :])
    return Attribution("heading", at, ",", (at + 1, len(doc)), ((0, at),), (at, len(doc))) if named else None


def _before_dash(reading: Reading, sentence: Sentence) -> Attribution | None:
    """ "P – S"; "S – P" where S is called by what speaks ("governor")."""
    doc = sentence.doc
    for token in doc[len(doc) - MOST_WORDS - 1 :] if len(doc) > MOST_WORDS else doc[3:]:
        if token.text == "," and sentence.start + token.idx in reading.dashes:
            source = (token.i + 1, len(doc))
            if token.i >= 3 and source[0] < source[1] and _plain(doc[source[0] :]):
                return Attribution("heading", token.i, "–", source, ((0, token.i),), (token.i, len(doc)))
    for token in doc[1:MOST_WORDS]:
        if token.text == "," and sentence.start + token.idx in reading.dashes and _plain(doc[: token.i]):
            begin = token.i + 1
            frame = Attribution("heading", token.i, ":", (0, token.i), ((begin, len(doc)),), (0, begin))
            return frame if _speaking(sentence, frame) else None
    return None


def introduced(sentence: Sentence) -> Span | None:
    """Who says what stands below the line: "Peskov:", "According to the ministry:", "Gladkov reported:"."""
    doc = sentence.doc
    end = len(doc) - 1
    if end < 1 or doc[end].text != ":":
        return None
    if doc[0].lower_ == "according" and end > 2:
        return 2, end
    text = next((t for t in doc[:3] if t.lemma_.lower() in cues.TEXTS), None)
    if text is not None:
        of = next((c for c in text.children if c.lower_ in {"of", "by", "from"}), None)
        owner = child_of(of, "pobj") if of is not None else child_of(text, "poss")
        return phrase(owner) if owner is not None else None
    verb = doc[:].root
    if verb.tag_ in VERBAL and verb.lemma_ in cues.VERBS:
        return source_of(subject_of(verb), verb)
    return (0, end) if end <= MOST_WORDS and _plain(doc[:end]) else None


def _speaking(sentence: Sentence, frame: Attribution) -> bool:
    """Whether the frame's source is called something that can speak."""
    source = frame.source or (0, 0)
    return any(t.lemma_.lower() in cues.SPEAKING for t in sentence.doc[source[0] : source[1]])


def _plain(source: Tokens) -> bool:
    """Whether the words are a name or a title and no clause; "acting" is a title's, so is "Moscow-backed"."""
    return not any(t.tag_ in VERBAL and t.lower_ != "acting" and (not t.i or t.nbor(-1).text != "-") for t in source)
