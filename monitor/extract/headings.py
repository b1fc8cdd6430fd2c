"""Headlines that name their speaker without a verb: "S: P", "P – S" and "P: S".

Whether S can speak at all ("Kremlin: …", not "Ukraine war: …") is for the topic's names to say.
"""

from monitor.extract.grammar import FINITE, VERBAL, Attribution
from monitor.extract.reading import Reading, Sentence

MOST_WORDS = 8
"""A speaker in a headline is no longer than this."""


def heading_frame(reading: Reading, sentence: Sentence) -> Attribution | None:
    """The frame of a headline that has no other; `lemma` is the mark that parts speaker and content."""
    doc = sentence.doc
    colon = next((t.i for t in doc[: MOST_WORDS + 1] if t.text == ":"), None)
    if colon and colon + 3 <= len(doc) and not any(t.tag_ in FINITE for t in doc[:colon]):
        return Attribution("heading", colon, ":", (0, colon), ((colon + 1, len(doc)),), (0, colon + 1))
    last = next((t.i for t in doc[len(doc) - 6 :] if t.text == ":"), None) if len(doc) > 8 else None
    if last and last + 1 < len(doc) and not any(t.tag_ in VERBAL for t in doc[last + 1 :]):
        return Attribution("heading", last, "–", (last + 1, len(doc)), ((0, last),), (last, len(doc)))
    for token in doc[len(doc) - MOST_WORDS - 1 :] if len(doc) > MOST_WORDS else doc[3:]:
        if token.text == "," and sentence.start + token.idx in reading.dashes:
            source = (token.i + 1, len(doc))
            if token.i >= 3 and source[0] < source[1] and not any(t.tag_ in VERBAL for t in doc[source[0] :]):
                return Attribution("heading", token.i, "–", source, ((0, token.i),), (token.i, len(doc)))
    return None
