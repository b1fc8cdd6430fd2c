"""Who speaks: from a source's words, the topic's names and what the thread has said so far, to one name and key.

The topic's names win where one of them is the source itself: its head, its apposition or the end of its role, never
a modifier ("anti-Kremlin militia" is not the Kremlin). Pronouns and "the group", "the ministry" take their meaning
from the thread. Pictures are nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from spacy.tokens import Token

from monitor.extract import cues
from monitor.extract.grammar import Attribution, Span, child_of, phrase, title_of
from monitor.extract.names import Entity, Mention
from monitor.extract.parser import text_of
from monitor.extract.reading import Sentence
from monitor.extract.tags import FINITE, SUBJECTS
from monitor.extract.topic import Topic, slug
from monitor.extract.vocabulary import words

_EMPTY = words(
    "information data evidence estimates reports report reporting rumours rumors accounts account speculation"
)
_AMOUNTS = words("balance weight body preponderance bulk mass wealth lack piece series amount")
_LEAVE_OUT = words(
    """
    the a an several some many other another various numerous these those this that both also its his her their most
    all neither either
    """
)
_SOME = frozenset({"another", "others", "some", "many", "several"})
_PLACING = frozenset({"on", "in", "from", "of", "at", "there", "here"})
# Whoever is called something more precise may be called these, too.
_ANY_ROLE = words("official leader politician head chief boss")
_ANY_GROUP = words("group organisation organization unit formation")
_PRESS = frozenset({"service", "office", "centre", "center"})
_VOICES = words("spokesman spokeswoman spokesperson")
_BARE = 2
_OF_TWO = {"former": 0, "latter": 1}
_OF_MANY = words("authority police source media report military brass")
_REPORTING = frozenset({"media", "press", "news"})
_NAMING = frozenset({"call", "know", "name", "dub", "style"})
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker. `key` is the topic's where it knows the name, else the slug of the name; `known` tells which."""

    name: str
    key: str
    kind: str = "unknown"
    known: bool = False


class Names:
    """The names of one topic, those of the texts looked at last remembered."""

    def __init__(self, topic: Topic) -> None:
        self.entity = topic.entity
        self.mentions = lru_cache(maxsize=2048)(topic.mentions)


OUTLET = Who("outlet", "outlet", "outlet")


@dataclass(frozen=True, slots=True)
class Thread:
    """What a thread has said so far, as far as it decides who speaks next.

    `introduced` says what follows, for the last paragraph ended in a colon; `under` is who said what was not somebody
    else's in the last paragraph: the one introduced before it, who goes on over a list. `pair` are the two that were
    named side by side last: "the former" and "the latter"; `several` are the many that were spoken of last: "some" and
    "others" of them.
    """

    person: Who | None = None
    organisation: Who | None = None
    speaker: Who | None = None
    publisher: Who | None = None
    open_quote: Who | None = None
    pair: tuple[Who, Who] | None = None
    several: Who | None = None
    introduced: Who | None = None
    under: Who | None = None
    nouns: Mapping[str, Who] = field(default_factory=dict)
    names: Mapping[str, Who] = field(default_factory=dict)

    def heard(self, who: Who | None) -> "Thread":
        """The thread after `who` spoke or was spoken of as the one who acts."""
        if who is None or who is OUTLET:
            return self
        if who.kind == "person":
            names = {**self.names, who.name.split()[-1].lower(): who} if not who.known else self.names
            return replace(self, person=who, names=names)
        return replace(self, organisation=who)

    def spoke(self, who: Who | None) -> "Thread":
        """The thread after `who` spoke."""
        return self if who is None or who is OUTLET else replace(self.heard(who), speaker=who)

    def called(self, words: Sequence[str], who: Who) -> "Thread":
        """The thread after `who` was called by these nouns: "the ministry" means it from now on."""
        return replace(self, nouns={**self.nouns, **dict.fromkeys(words, who)}) if words else self


def resolve(sentence: Sentence, source: Span | None, thread: Thread, names: Names) -> Who | None:
    """The speaker that the tokens `source` name; None where they name nobody (pictures, no source at all)."""
    if source is None or source[1] <= source[0]:
        return None
    head = sentence.doc[source[0] : source[1]].root
    if head.pos_ == "PRON" or head.lower_ in {"it", "he", "she", "they", "one", *_OF_TWO}:
        some = _one_of(head) or head.lower_ in _SOME
        return _some(head, thread) or _surface(sentence, source, head) if some else _pronoun(head, thread)
    mention = _mention(sentence, _with_own_name(source, head), head, names)
    behind = _name_behind(sentence, source, head) if mention is None else None
    if behind is not None:
        mention = _mention(sentence, (behind.i, behind.i + 1), behind, names)
    if mention is not None:
        return _bearer(mention, head, thread) or of_mention(mention, sentence, source)
    lemma = head.lemma_.lower()
    owned = child_of(head, "poss") is not None
    spoken = any(c.dep_ == "acl" and c.lemma_ in cues.VERBS for c in head.children)  # "a video saying that P"
    said_by = any(c.dep_ == "compound" and c.lower_ in _REPORTING for c in head.children)  # "media reports"
    outlets = said_by and head.lower_ in _EMPTY and not owned
    nobodys = (head.lower_ in _EMPTY and not (outlets or _by_somebody(head))) or _of_evidence(head)
    if (lemma in cues.FOOTAGE and not spoken) or (nobodys and not owned):
        return None
    press = lemma in _PRESS and owned and any(c.lower_ == "press" for c in head.children)
    if not outlets and (lemma in cues.TEXTS | cues.FOOTAGE | cues.FIGURES or head.lower_ in _EMPTY or press):
        return _owner(sentence, head, thread, names)
    known = _spoken_for(source, head, thread) or _before(source, head, thread)
    return known if known is not None else _surface(sentence, source, head)


def _some(head: Token, thread: Thread) -> Who | None:
    """Of whom "one of them", "some" or "others" are some."""
    if _of_them(head):
        return thread.organisation
    return None if head.lower_ == "another" or _one_of(head) else thread.several


def _bearer(mention: Mention, head: Token, thread: Thread) -> Who | None:
    """Whom of the thread a title means that says only what somebody is: "the governor"."""
    named = thread.nouns.get(head.lemma_.lower())
    generic = mention.entity.generic and mention.entity.kind == "person"
    return named if generic and named is not None and named.known and named.kind == "person" else None


def _before(source: Span, head: Token, thread: Thread) -> Who | None:
    """Whom of the thread a surname or a bare "the ministry", "the group" means."""
    lemma = head.lemma_.lower()
    last = head.doc[source[1] - 1].lemma_.lower()  # of "the neo-Nazi" the root may be "neo"
    if (lemma in cues.DESCRIBED or last in cues.DESCRIBED) and head.doc[source[0]].lower_ == "the":
        return thread.person
    if head.pos_ == "PROPN":
        return thread.names.get(head.lower_)
    pointing = any(c.lower_ in {"the", "this", "that", "our", "its"} for c in head.children)
    bare = not any(c.dep_ in {"amod", "compound", "poss", "prep", "nmod", "appos"} for c in head.children)
    if head.tag_ == "NNS" and lemma not in cues.GROUP_NOUNS:
        return None
    if bare and (pointing or source[1] - source[0] == 1):
        return thread.nouns.get(lemma) or _kindred(lemma, thread)
    return None


def _spoken_for(source: Span, head: Token, thread: Thread) -> Who | None:
    """For whom a bare "a spokesman" speaks: the institution or group named last."""
    last = thread.organisation
    bare = source[1] - source[0] == _BARE and head.doc[source[0]].lower_ in {"a", "its", "their"}
    return last if bare and head.lemma_.lower() in _VOICES and last is not None and last.known else None


def _with_own_name(source: Span, head: Token) -> Span:
    """The source with what it calls itself: "a group calling itself the Legion", "a group of exiles, the Legion"."""
    naming = next((c for c in head.children if c.dep_ in {"acl", "relcl"} and c.lemma_ in _NAMING), None)
    if naming is None and head.lemma_.lower() in cues.GROUP_NOUNS:
        naming = next((c for c in head.children if c.dep_ == "appos" and c.pos_ == "PROPN" and c.i > head.i), None)
    return source if naming is None else (source[0], max(source[1], naming.right_edge.i + 1))


def _pronoun(head: Token, thread: Thread) -> Who | None:
    lower = head.lower_
    if lower in {"he", "she", "him", "her", "his"}:
        return thread.person or thread.speaker
    if lower in {"it", "they", "its", "their"}:
        return thread.organisation or thread.speaker
    if lower == "one":
        return thread.nouns.get("fighter") or thread.publisher or thread.speaker
    if lower in _OF_TWO:
        return thread.pair[_OF_TWO[lower]] if thread.pair is not None else thread.speaker
    if lower in {"we", "i"}:
        return thread.open_quote  # else the outlet itself
    return None


def _kindred(lemma: str, thread: Thread) -> Who | None:
    """Whom a bare noun means that nobody was called by before: the last one of its kind."""
    last = thread.organisation
    if lemma in cues.GROUP_NOUNS and last is not None:
        named = {word.lower() for word in last.name.split()} & cues.GROUP_NOUNS
        if not last.known and lemma not in named | _ANY_GROUP:
            return None  # "the brigade" is more than "an armed group"
        return last if last.kind == "group" or named else None
    if lemma in cues.AGENCY_NOUNS and last is not None:
        news = lemma in cues.MEDIA | {"service"}
        return last if last.kind == "agency" or (news and last.kind in {"channel", "outlet"}) else None
    if lemma in cues.ROLE_NOUNS and lemma not in {"resident", "fighter", "expert", "analyst"}:
        called = {noun for noun, who in thread.nouns.items() if who == thread.person} & cues.ROLE_NOUNS
        return thread.person if lemma in called | _ANY_ROLE or not called else None
    return None


def _one_of(head: Token) -> bool:
    """Whether it is one of some who are named: "one of the group's commanders"."""
    return any(c.lower_ == "of" and child_of(c, "pobj") is not None for c in head.children)


def _by_somebody(head: Token) -> bool:
    """Whether it is somebody's: "a report by the Institute for Safety"."""
    by = (child_of(c, "pobj") for c in head.children if c.lower_ in {"by", "from"})
    return any(whose is not None and whose.pos_ == "PROPN" for whose in by)


def _of_evidence(head: Token) -> bool:
    """Whether it is only so much of what speaks for itself: "the balance of evidence"."""
    of = next((c for c in head.children if c.lower_ == "of"), None)
    what = child_of(of, "pobj") if of is not None else None
    return what is not None and what.lower_ in _EMPTY and head.lemma_ in _AMOUNTS


def _of_them(head: Token) -> bool:
    """Whether it is one of those who were just named: "one of them", "some of these"."""
    of = next((c for c in head.children if c.lower_ == "of"), None)
    whom = child_of(of, "pobj") if of is not None else None
    return whom is not None and whom.lower_ in {"them", "these", "those"}


def _owner(sentence: Sentence, text: Token, thread: Thread, names: Names) -> Who | None:
    """Whose statement, message or post it is."""
    for child in text.children:
        named = child if child.dep_ in {"poss", "compound", "nmod"} else None
        by = child_of(child, "agent") if child.dep_ == "acl" else child  # "a tally kept by X"
        if by is not None and by.lower_ in {"by", "from", "of"}:
            named = next((c for c in by.children if c.dep_ == "pobj"), None)
        if named is not None and (named.pos_ in {"PROPN", "NOUN"} or _one_of(named)):
            whole = _one_of(named) or named.pos_ == "PROPN"
            source = phrase(named) if whole else (named.left_edge.i, named.i + 1)
            who = resolve(sentence, source, thread, names)
            if who is not None:
                return who
    handed = text.head if text.dep_ == "dobj" and text.head.lemma_ in cues.PUBLISH else None
    publisher = child_of(handed, *SUBJECTS) if handed is not None else None
    who = resolve(sentence, phrase(publisher), thread, names) if publisher is not None else None
    return who or thread.speaker or thread.organisation


def token_span(sentence: Sentence, mention: Mention) -> Span | None:
    """The tokens of a name found in the sentence's text."""
    tokens = sentence.doc.char_span(mention.start, mention.end, alignment_mode="expand")
    return (tokens.start, tokens.end) if tokens is not None else None


def _mention(sentence: Sentence, source: Span, head: Token, names: Names) -> Mention | None:
    """The topic's name that the source is, if any."""
    best: tuple[tuple[int, int, int], Mention] | None = None
    for mention in names.mentions(text_of(sentence.doc)):
        span = token_span(sentence, mention)
        if span is None or not ((source[0] <= span[0] and span[1] <= source[1]) or span[0] <= head.i < span[1]):
            continue
        rank = _rank(sentence, span, head)
        if rank is None:
            continue
        order = (int(mention.how == "role" or mention.entity.generic), int(mention.entity.kind == "place"), rank)
        if best is None or order < best[0]:
            best = (order, mention)
    return best[1] if best is not None else None


def _rank(sentence: Sentence, span: Span, head: Token) -> int | None:
    """How directly a name at `span` is what `head` means; None when it only modifies it."""
    if span[0] <= head.i < span[1]:
        return 0
    last = sentence.doc[span[0] : span[1]].root
    if (last.head.i == head.i and last.dep_ == "appos") or title_of(last) == head:
        return 1
    climbing = last
    for _ in range(4):
        if climbing.head.i == head.i and climbing.dep_ == "appos":
            return 1
        if climbing.dep_ not in {"compound", "appos", "nmod", "flat"}:
            break
        climbing = climbing.head
    if (
        last.head.i == head.i
        and last.dep_ in {"compound", "nmod", "amod"}
        and head.lemma_.lower()
        in (cues.AGENCY_NOUNS | cues.GROUP_NOUNS | {"post", "troops", "fighter", "troop", "statement"})
        and not _hyphenated(sentence, span)
    ):
        return 2
    if last.dep_ in {"oprd", "dobj", "attr"} and last.head.lemma_ in _NAMING and last.head.head.i == head.i:
        return 1
    return None


def _hyphenated(sentence: Sentence, span: Span) -> bool:
    doc = sentence.doc
    return (span[0] > 0 and doc[span[0] - 1].text == "-") or (span[1] < len(doc) and doc[span[1]].text == "-")


def of_entity(entity: Entity) -> Who:
    """Who an entity of the topic is as a speaker, by its own name."""
    return Who(entity.name, entity.key, entity.kind, known=True)


def of_mention(mention: Mention, sentence: Sentence, source: Span) -> Who:
    """The speaker that a name of the topic is: people by their full name, others as the text calls them."""
    entity = mention.entity
    if entity.kind == "person" and mention.how == "name" and not entity.generic:
        name = entity.name
    elif mention.how == "role" and entity.kind == "person":
        shown = (
            _plain(sentence.doc[source[0] : source[1]].text) if source[1] - source[0] <= MOST_WORDS else mention.surface
        )
        if not entity.generic:
            own = {part.lower() for spelling in (entity.name, *entity.aliases) for part in spelling.split()[-1:]}
            named = bool(own & {word.strip(",.").lower() for word in shown.split()})
            shown = entity.name if named else f"{shown} ({entity.name})"
        name = shown
    else:
        name = mention.surface
    return Who(name, entity.key, entity.kind, known=True)


def _plain(text: str) -> str:
    words = text.replace('"', "").split()
    while len(words) > 1 and words[0].lower() in _LEAVE_OUT and words[1].lower() not in _PLACING:
        words = words[1:]
    return " ".join(words).strip(" ,.:;-").removesuffix("'s").removesuffix("’s")


def _surface(sentence: Sentence, source: Span, head: Token) -> Who | None:
    """The source as the text calls it: a proper name by its name alone, else the phrase up to its first comma."""
    doc = sentence.doc
    appos = next((c for c in head.children if c.dep_ == "appos" and c.pos_ == "PROPN" and c.i < source[1]), None)
    appos = appos or next((t for t in doc[head.i + 1 : source[1]] if title_of(t) == head), None)
    named = head if head.pos_ == "PROPN" else appos or _name_behind(sentence, source, head) or _call_sign(head)
    if named is not None:
        first = named.i
        while first > source[0] and doc[first - 1].pos_ == "PROPN":
            first -= 1
        last = named.i + 1
        while last < source[1] and doc[last].pos_ == "PROPN":
            last += 1
        called = cues.ROLE_NOUNS | cues.MEDIA
        first = max([first, *(t.i + 1 for t in doc[first : last - 1] if t.lower_ in called)])
        text = _plain(doc[first:last].text)
        lower = {t.lower_ for t in doc[first:last]}
        kind = (
            "unknown"
            if lower & (cues.AGENCY_NOUNS | cues.GROUP_NOUNS | {"news", "of", "forces", "police", "council"})
            else "person"
        )
        if (first == last - 1 and any(c.dep_ in {"det"} for c in named.children)) or named.tag_ == "NNPS":
            kind = "unknown"
        if kind == "unknown" or last - first > 5:
            text = _plain(doc[source[0] : _stop(sentence, source)].text)
    else:
        text = _plain(doc[source[0] : _stop(sentence, source)].text)
        one = head.lemma_.lower() in cues.ROLE_NOUNS | cues.PEOPLE_NOUNS and head.tag_ == "NN"
        kind = "person" if one and head.lemma_.lower() not in _OF_MANY else "unknown"
    if not any(char.isalpha() for char in text):
        return None
    return Who(text, slug(text) or "unknown", kind)


def _name_behind(sentence: Sentence, source: Span, head: Token) -> Token | None:
    """The name of "the mayor of the town, Ivan Petrov,": capitals alone between two commas behind a title."""
    doc = sentence.doc
    at = _stop(sentence, source)
    if head.lemma_.lower() not in cues.ROLE_NOUNS or at >= len(doc) or doc[at].text != ",":
        return None
    last = at + 1
    while last < len(doc) and doc[last].pos_ == "PROPN":
        last += 1
    ends = last < len(doc) and (doc[last].text == "," or doc[last].tag_ in FINITE)
    return doc[last - 1] if at + 1 < last <= at + 4 and ends else None


def _call_sign(head: Token) -> Token | None:
    """The name of "a man who goes by the call sign Lynx"."""
    goes = next((c for c in head.children if c.dep_ == "relcl" and c.lemma_ == "go"), None)
    by = next((c for c in goes.children if c.lower_ == "by"), None) if goes is not None else None
    name = child_of(by, "pobj") if by is not None else None
    if name is None or name.pos_ == "PROPN":
        return name
    return next((c for c in name.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)


def _stop(sentence: Sentence, source: Span) -> int:
    doc = sentence.doc
    at = source[0] + 1
    while at < min(source[1], source[0] + MOST_WORDS) and doc[at].text not in {",", "(", ";", ":"}:
        if doc[at].tag_ in {"WDT", "WP"} or (doc[at].lower_ == "that" and doc[at].dep_ in SUBJECTS):
            break  # "one of the groups that staged the raid"
        if doc[at].lower_ == "in" and any(t.lemma_ in cues.FOOTAGE | cues.TEXTS for t in doc[at + 1 : at + 4]):
            break  # "a masked man in a video"
        at += 1
    return at


def speaks(who: Who | None, mark: str) -> bool:
    """Whether a headline's "S: P" or "P – S" names a speaker, not a subject ("Ukraine war: …")."""
    if who is None:
        return False
    if who.known:
        country = who.kind == "government" and who.key == slug(who.name) and who.key not in cues.SEATS
        return who.kind != "place" and not (country and mark != "–")
    if mark == ",":
        return False
    words = {word.lower() for word in who.name.split()}
    return bool(words & cues.SPEAKING) or (who.kind == "person" and bool(words & cues.ROLE_NOUNS))


def hearer(sentence: Sentence, frame: Attribution) -> Span | None:
    """Whom the speaker told it: "told TASS"."""
    told = child_of(sentence.doc[frame.cue], "dobj", "dative") if frame.lemma in {"tell", "inform"} else None
    return phrase(told) if told is not None else None


def carries(who: Who) -> bool:
    """Whether a hearer passes on what it is told: an agency, a paper, a channel."""
    return who.kind in {"outlet", "channel"} or bool({word.lower() for word in who.name.split()} & cues.MEDIA)


def titles(sentence: Sentence | None, source: Span | None, who: Who, roles: Sequence[str] = ()) -> list[str]:
    """The common nouns that `who` is called by, in the source's phrase, its own name or its roles: "governor"."""
    nouns = cues.ROLE_NOUNS | cues.GROUP_NOUNS | cues.AGENCY_NOUNS
    words = [word.lower().strip("()") for text in (who.name, *roles) for word in text.split()]
    found = [t.lemma_.lower() for t in sentence.doc[source[0] : source[1]]] if sentence is not None and source else []
    return [word for word in dict.fromkeys([*found, *words]) if word in nouns]
