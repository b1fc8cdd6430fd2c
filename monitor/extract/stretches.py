"""What a stretch of a sentence tells, as far as that says where one claim ends and the next begins. Pure."""

from spacy.tokens import Doc

from monitor.extract import events
from monitor.extract.grammar import Span

_NOT_COUNTED = frozenset({"one"})


def core(doc: Doc, span: Span) -> frozenset[str]:
    """Those of the events told that a desk would log by themselves."""
    return frozenset(event for event in told(doc, span) if events.is_core(event))


def told(doc: Doc, span: Span) -> frozenset[str]:
    """The events of a stretch, weak words counted in the company of a name or a number."""
    named = any(t.pos_ == "PROPN" or t.like_num for t in doc[span[0] : span[1]])
    return frozenset(hit.event for hit in events.of(doc[span[0] : span[1]]) if named or not hit.weak)


def strong(doc: Doc, span: Span) -> frozenset[str]:
    """The events of a stretch that need no company."""
    return frozenset(hit.event for hit in events.of(doc[span[0] : span[1]]) if not hit.weak)


def logs(doc: Doc, span: Span) -> bool:
    """Whether a stretch holds something to log: an event, a number or a name."""
    if events.of(doc[span[0] : span[1]]):
        return True
    return any((t.like_num and t.lower_ not in _NOT_COUNTED) or t.pos_ == "PROPN" for t in doc[span[0] : span[1]])


def counts(doc: Doc, span: Span) -> bool:
    """Whether a stretch counts something, be it only "a" thing."""
    return any(t.like_num or t.lower_ in {"several", "dozens", "hundreds", "many", "a"} for t in doc[span[0] : span[1]])


def full(doc: Doc, span: Span) -> bool:
    """Whether a stretch holds a core event or a count."""
    return bool(core(doc, span)) or any(t.like_num and t.lower_ not in _NOT_COUNTED for t in doc[span[0] : span[1]])
