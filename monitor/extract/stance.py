"""How whoever claims it stands to what is claimed: asserted, denied, confirmed, or left open.

The cue decides first ("denied", "confirmed"); then whether the words leave the truth open ("reportedly", "is said to
have", "could not be verified", also of the sentence before it); then whether they call something untrue.
"""

import re

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from monitor.extract import cues, events, worth
from monitor.extract.grammar import Attribution, agent_of, child_of
from monitor.extract.parser import text_of
from monitor.models import Stance

_UNCHECKED = re.compile(
    r"\b(?:not|n't|unable|impossible|cannot|no way|never|yet)\b[\w,' ]{0,40}?"
    r"\b(?:verif\w+|corroborat\w+|authenticat\w+|(?:independently|immediately) (?:confirm|establish|check)\w*)"
    r"|\bno (?:(?:independent|immediate|official) )?(?:confirmation|verification|corroboration|proof) (?:of|for)\b"
    r"|\bno (?:\w+ )?(?:confirmation|verification|corroboration|evidence|proof) (?:yet|so far)\b"
    r"|\b(?:treat|take)\w* (?:\w+ ){0,3}?with (?:\w+ )?(?:caution|care|(?:pinch|grain) of salt)\b",
    re.IGNORECASE,
)
_OF_PICTURES = re.compile(
    r"\b(?:video|footage|images?|photos?|photographs?|pictures?|clip|location|date)\b", re.IGNORECASE
)
_UNINVOLVED = re.compile(
    r"\bno (?:direct|formal|official|active|known|clear) "
    r"(?:part|role|hand|involvement|connection|link|relation)\b (?:in|to|with)\b"
    r"|\b(?:neither|nobody|none)\b.{0,80}?\b(?:had|played|took) (?:a |any )?(?:part|role|hand)\b",
    re.IGNORECASE,
)
_UNTRUE = re.compile(
    r"\bno truth (?:to|in)\b|\b(?:does|do|did)(?: not|n't) correspond to\b|\bnot true\b|\buntrue\b"
    r"|\b(?:is|are|was|were|as) (?:an? )?(?:\w+ )?"
    r"(?:fakes?|lies?|false(?! flag)|hoax|fabrications?|fiction|nonsense|disinformation|baseless|groundless)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 30
"""A sentence that says of the one before it that nobody could check it is no longer than this."""


def stance(piece: Tokens, frame: Attribution | None, following: Tokens | None) -> Stance:
    """The stance to the piece of a sentence; `following` is the next sentence of its paragraph."""
    if frame is not None and frame.stance is Stance.DENIED:
        return Stance.DENIED
    if _hearsay(piece, frame) or worth.status_at(text_of(piece.doc)) is not None or _doubted(piece.doc[:], following):
        return Stance.UNVERIFIED
    if frame is not None and frame.stance is not Stance.ASSERTED:
        return frame.stance
    if (
        _UNTRUE.search(text_of(piece))
        or _UNINVOLVED.search(text_of(piece))
        or (frame is not None and _called_untrue(piece, frame))
    ):
        return Stance.DENIED
    return Stance.DENIED if any(hit.event == "deny-involvement" for hit in events.of(piece)) else Stance.ASSERTED


def _hearsay(piece: Tokens, frame: Attribution | None) -> bool:
    around = list(piece)
    if frame is not None:
        around += piece.doc[frame.region[0] : frame.region[1]]
        if frame.source is not None and piece.doc[frame.source[0] : frame.source[1]].root.lower_ in cues.RUMOURS:
            return True
    cue = frame.cue if frame is not None and frame.source is not None else -1
    return any(
        (t.lower_ in cues.HEARSAY and not _beside(t, piece)) or (t.i != cue and _said_to(t)) or _there_are(t)
        for t in around
    )


def _beside(token: Token, piece: Tokens) -> bool:
    """Whether it stands in a relative clause, which says something else."""
    return any(t.dep_ == "relcl" and piece.start <= t.head.i < t.i for t in token.ancestors if t.i >= piece.start)


def _said_to(token: Token) -> bool:
    """ "is said to have", "are believed to be", and nobody is named who says so."""
    if token.lemma_ not in cues.SAID_OF or token.tag_ != "VBN" or token.i + 2 >= len(token.doc):
        return False
    infinitive = token.nbor().tag_ == "TO" and token.nbor(2).tag_ == "VB"
    return infinitive and child_of(token, "dobj") is None and agent_of(token) is None


def _there_are(token: Token) -> bool:
    """ "there are reports of"."""
    return token.lower_ in cues.RUMOURS and any(c.dep_ == "expl" for c in token.head.children)


def _doubted(sentence: Tokens, following: Tokens | None) -> bool:
    """Whether the next sentence says that this one's claim could not be checked."""
    if following is None or len(following) > _MOST_WORDS:
        return False
    if not _UNCHECKED.search(following.text) and worth.status_at(following.text) is None:
        return False
    return not _OF_PICTURES.search(following.text) or any(t.lemma_.lower() in cues.FOOTAGE for t in sentence)


def _called_untrue(piece: Tokens, frame: Attribution) -> bool:
    """ "called the video fake"."""
    return (
        frame.kind == "nominal" and frame.lemma in cues.NAMING and any(t.lemma_.lower() in cues.UNTRUE for t in piece)
    )
