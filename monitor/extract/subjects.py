"""Who says it: the subject of a cue, or who stands where one would when the parser saw another."""

from spacy.tokens import Doc, Token

from monitor.extract import cues, extent
from monitor.extract.grammar import child_of, phrase, speaks, subject_of
from monitor.extract.tags import FINITE, SUBJECTS

_LONGEST_TITLE = 14
"""So many words a speaker's title may have: "the acting head of the region's health department"."""
_LONGEST_SUBJECT = 14
_LONGEST_ASIDE = 14


def speaker(token: Token) -> Token | None:
    """Who says it: its subject, or who stands where a subject would when the parser saw another."""
    finite = token.tag_ in FINITE
    bare = finite and child_of(token, *SUBJECTS) is None
    if bare:
        seen = _described(token) or neighbour(token) or _joined_subject(token) or _after_adjunct(token)
    else:
        seen = _before_perfect(token) or _aside(token)
    subject = seen or _behind_comma(token) or subject_of(token)
    if subject is not None:
        return subject
    before = token.nbor(-1) if token.i else None
    quoted = before is not None and before.text == '"'  # ""P," declared a masked man"
    if token.dep_ in {"ROOT", "parataxis", "ccomp"} and (token.lemma_ in extent.STRONG or quoted):
        # "P, said X" with X taken for an object, or "X says" whose X hangs elsewhere
        after = child_of(token, "dobj", "attr", "npadvmod", "oprd")
        if after is not None and after.i - token.i <= 6 and _may_speak(after, quoted=quoted):
            return after
        if before is not None and before.pos_ in {"PROPN", "PRON", "NOUN"}:
            return before
    if finite and before is not None and before.lower_ in {";", ",", "but", "and"}:
        return next((t for t in token.doc[: token.i] if t.dep_ in SUBJECTS), None)
    return None


def _may_speak(noun: Token, *, quoted: bool) -> bool:
    return noun.pos_ in {"PROPN", "PRON"} or (quoted and noun.lemma_ in cues.SPEAKING)


def _behind_comma(token: Token) -> Token | None:
    """Who says it of "Explosions in Moscow, write residents", read as if the explosions wrote."""
    thing = child_of(token, "dobj")
    behind = thing is not None and token.i > 1 and token.nbor(-1).text == "," and token.lemma_ in extent.STRONG
    return thing if behind and thing is not None and thing.lemma_ in cues.SPEAKING else None


def _described(token: Token) -> Token | None:
    """The subject of "P, said a fighter using a call sign", which the parser gave to the participle."""
    if not token.i or token.nbor(-1).text not in {",", '"'}:
        return None
    of_whom = next((c for c in token.children if c.dep_ == "ccomp" and c.tag_ == "VBG" and c.i > token.i), None)
    subject = child_of(of_whom, "nsubj") if of_whom is not None and child_of(of_whom, "aux") is None else None
    return subject if subject is not None and subject.left_edge.i == token.i + 1 and speaks(subject) else None


def neighbour(token: Token) -> Token | None:
    """The noun right before a cue without a subject, or the name that a comma parts from it."""
    before = token.nbor(-1) if token.i else None
    if before is not None and before.pos_ in {"PROPN", "NOUN"} and before.dep_ not in {"dobj", "pobj", "npadvmod"}:
        return before
    if before is None or before.text != "," or token.i <= 3:
        return None
    named = token.nbor(-2)
    return named if named.pos_ == "PROPN" and named.dep_ in {"appos", "nsubj", "conj"} else None


def _before_perfect(token: Token) -> Token | None:
    """The subject of "…, the mayor has said", which the parser took for an apposition to the place before it."""
    helped = child_of(token, "aux")
    if token.tag_ != "VBN" or helped is None or helped.tag_ not in FINITE or child_of(token, *SUBJECTS) is not None:
        return None
    at = helped.i
    while at > 0 and helped.i - at < _LONGEST_TITLE and not token.doc[at - 1].is_punct:
        at -= 1
    chunk = token.doc[at : helped.i]
    if not at or token.doc[at - 1].text != "," or not len(chunk) or any(t.tag_ in FINITE for t in chunk):
        return None
    return chunk.root if chunk.root.pos_ in {"NOUN", "PROPN"} else None


def _aside(token: Token) -> Token | None:
    """The subject beside which it is said: "Kyiv, saying that P, denied Q"."""
    if token.tag_ != "VBG" or token.i < 2 or token.nbor(-1).text != ",":
        return None
    before = (t for t in token.doc[: token.i - 1] if t.dep_ in SUBJECTS and t.head.i > token.i)
    return next((t for t in before if phrase(t)[1] == token.i - 1), None)


def _joined_subject(token: Token) -> Token | None:
    """The subject of "… and two groups opposed to X say", which the parser took for an object of the verb before."""
    if token.tag_ not in FINITE or child_of(token, *SUBJECTS) is not None or token.dep_ not in {"conj", "dep"}:
        return None
    at = max(token.i - 1, 0)
    if token.doc[at].text == ",":  # "and two groups, the Legion and the corps, say"
        at = max(_aside_from(token.doc, at) - 1, 0)
    aside = at
    while at > 0 and aside - at <= _LONGEST_SUBJECT and token.doc[at].lower_ not in {"and", "but", "while"}:
        if token.doc[at].tag_ in FINITE or token.doc[at].is_punct:
            return None
        at -= 1
    phrase_before = token.doc[at + 1 : aside + 1]
    if at == 0 or aside - at > _LONGEST_SUBJECT or not len(phrase_before):
        return None
    return phrase_before.root if phrase_before.root.pos_ in {"NOUN", "PROPN"} else None


def _after_adjunct(token: Token) -> Token | None:
    """The subject of "In N, near M, a resident who asked for help told …", which was taken for an apposition to N."""
    if token.dep_ != "ROOT" or token.doc[0].pos_ != "ADP":
        return None
    noun = (t for t in token.doc[: token.i] if t.dep_ == "appos" and t.left_edge.i and speaks(t))
    return next((t for t in noun if t.left_edge.nbor(-1).text == "," and t.right_edge.i == token.i - 1), None)


def _aside_from(doc: Doc, comma: int) -> int:
    """The mark that opens what the comma at `comma` closes."""
    marks = (t.i for t in reversed(doc[max(comma - _LONGEST_ASIDE, 0) : comma]) if t.text in {",", "-"})
    return next(marks, comma)
