"""What a piece of text says that happened, in a form in which two reports can be compared.

`frame` reads one piece inside its parsed sentence: the main event through light verbs and complements, who acts,
on what, where, whether it is denied, over or still going on. Pure; about a tenth of a millisecond a piece.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from spacy.tokens import Span, Token

from monitor.extract import events
from monitor.extract.events import EventHit
from monitor.extract.names import Entity, Mention
from monitor.extract.topic import Topic
from monitor.models import Frame

# What stands nearer to the top of the sentence says what it is about; the cost of each step down.
_STEP = {"xcomp": 0.4, "ccomp": 0.6, "dobj": 0.7, "attr": 0.6, "acomp": 0.6, "nsubj": 0.9, "nsubjpass": 1.2}
_STEP |= {"conj": 1.0, "prep": 0.5, "pobj": 0.5, "agent": 0.8, "advcl": 1.6, "relcl": 1.8, "acl": 1.4, "pcomp": 0.3}
_OTHER_STEP = 1.1
_WEAK = 1.5
# These say what another event was said, shown or meant to be: they are the main one only when alone.
_FRAMING = {"show": 4.0, "aim": 2.0, "watch": 1.6, "inform": 1.6, "warn": 0.8, "order": 0.0}
# These turn the whole sentence, wherever they stand in it.
_TURNING = {"deny-involvement": 1.5, "claim-responsibility": 1.0}

_OBJECTS = frozenset({"dobj", "nsubjpass", "dative", "oprd"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_HITS_AT = frozenset({"on", "at", "against", "of", "to", "into", "over"})
_PRONOUNS = frozenset({"it", "they", "we", "he", "she", "i", "themselves", "us"})
_LEVELS = ("site", "settlement", "district", "region")
_COUNTRIES = {"uk": ("brit", "english"), "us": ("americ", "u.s."), "west": ("west", "nato", "europe")}

DISSIDENT = "dissident"
"""The side of people who act against their own country."""

_PEOPLE = frozenset({"fighter", "soldier", "civilian", "prisoner", "rescuer"})
_TROOPS = frozenset({"fighter", "soldier"})
_MACHINES = frozenset({"vehicle", "armour", "weapon"})
# An event's class by what it is done to: the class, its objects, the class that it then is.
_BY_OBJECT = (
    (("capture", "detain", "seize-equipment"), _MACHINES, "seize-equipment"),
    (("capture", "detain"), _PEOPLE, "detain"),
    (("destroy",), _TROOPS, "eliminate"),
    (("breach", "enter"), frozenset({"dam"}), "breach"),
    (("breach",), frozenset({"border"}), "enter"),
    (("capture", "control"), frozenset({"settlement", "border"}), "capture"),
)
_BY_SUBJECT = ((("flee", "evacuate"), frozenset({"civilian"}), "flee"),)


class Terms(NamedTuple):
    """The general words of `kinds.yaml`."""

    kind: dict[str, str]
    dissidents: frozenset[str]
    armed: frozenset[str]
    light: frozenset[str]
    planned: frozenset[str]
    continuing: frozenset[str]
    ended: frozenset[str]


def frame(piece: Span, *, topic: Topic, claimant_key: str | None = None, offset: int = 0) -> Frame:
    """The frame of a piece, which lies in its parsed sentence.

    `claimant_key` is the key of the topic's entity that says it, where there is one: it stands for "it" and "we".
    `offset` is where the parsed text begins in its document.
    """
    claimant = _entity(topic, claimant_key)
    mentions = topic.mentions(piece.text)
    hits = [_by_object(hit, piece) for hit in events.of(piece)]
    main = _main(hits, piece)
    strong = dict.fromkeys(hit.event for hit in hits if not hit.weak)
    return Frame(
        main=main.event if main else None,
        classes=tuple(dict.fromkeys([*([main.event] if main else []), *strong])),
        kin=tuple(sorted(events.kin(main.event))) if main else (),
        state=_state(main, piece) if main else None,
        negated=_negated(main, piece) if main else any(token.dep_ == "neg" for token in piece),
        agents=_agents(main, piece, topic, claimant) if main else (),
        targets=_targets(main, piece, topic) if main else (),
        places=_places(piece, mentions, topic),
        family=(claimant.family or claimant.key) if claimant else None,
        side=claimant.side if claimant else None,
        sentence=offset + piece.sent.start_char,
        lemmas=_lemmas(piece, hits, mentions),
    )


def _entity(topic: Topic, key: str | None) -> Entity | None:
    if key is None:
        return None
    try:
        return topic.entity(key)
    except KeyError:
        return None


# --- the main event


def _main(hits: Sequence[EventHit], piece: Span) -> EventHit | None:
    """The event that the piece is about: the nearest to the top, strong before weak."""
    if not hits:
        return None
    return min(hits, key=lambda hit: (_cost(hit, piece), hit.token))


def _cost(hit: EventHit, piece: Span) -> float:
    depth = min(_depth(piece.doc[part], piece) for part in hit.parts)
    return depth + _WEAK * hit.weak + _FRAMING.get(hit.event, 0.0) - _TURNING.get(hit.event, 0.0)


def _depth(token: Token, piece: Span) -> float:
    """How far below the piece's own top the token stands; light words on the way cost half."""
    cost = 0.0
    while token.i not in (piece.root.i, token.head.i) and _inside(token.head, piece):
        step = _STEP.get(token.dep_, _OTHER_STEP)
        cost += step / 2 if token.head.lemma_.lower() in terms().light else step
        token = token.head
    return cost


def _inside(token: Token, piece: Span) -> bool:
    return piece.start <= token.i < piece.end


def _by_object(hit: EventHit, piece: Span) -> EventHit:
    """The class that the event is by what it is done to: a vehicle is captured as booty, a soldier as a prisoner."""
    for classes, objects, becomes in _BY_OBJECT:
        if hit.event in classes and objects & {_kind(noun) for noun in _objects(piece.doc[hit.token])}:
            return hit._replace(event=becomes, weak=False)
    for classes, subjects, becomes in _BY_SUBJECT:
        if hit.event in classes and subjects & {_kind(noun) for noun in _actors(piece.doc[hit.token], piece)}:
            return hit._replace(event=becomes, weak=False)
    return hit


# --- who, what


def _objects(token: Token) -> Iterator[Token]:
    """The nouns that something is done to, coordinated ones too."""
    found = [child for child in token.children if child.dep_ in _OBJECTS]
    if token.dep_ == "amod" and token.tag_ in ("VBN", "JJ", "VBD"):
        found.append(token.head)
    if token.dep_ == "acl" and token.tag_ == "VBN":
        found.append(token.head)
    if not found and token.tag_ in ("VBN", "VBD"):
        found += [child for child in token.children if child.dep_ == "nsubj" and token.tag_ == "VBN"]
    if token.pos_ in ("NOUN", "PROPN"):
        found += [child for child in token.children if child.dep_ in ("compound", "poss") and child.pos_ == "NOUN"]
    for child in token.children:
        if child.dep_ == "prep" and child.lemma_.lower() in _HITS_AT:
            found += [noun for noun in child.children if noun.dep_ == "pobj"]
    if not found and token.dep_ == "conj" and token.head.pos_ == token.pos_:
        found += [child for child in token.head.children if child.dep_ == "nsubjpass" and token.tag_ == "VBN"]
    for noun in found:
        yield noun
        yield from _coordinated(noun)


def _coordinated(noun: Token) -> Iterator[Token]:
    for child in noun.children:
        if child.dep_ == "conj":
            yield child
            yield from _coordinated(child)


def _kind(token: Token) -> str:
    lemma = token.lemma_.lower()
    return terms().kind.get(lemma, terms().kind.get(token.lower_, lemma))


def _targets(main: EventHit, piece: Span, topic: Topic) -> tuple[str, ...]:
    """The kinds of things that the main event is done to; a public building is told from a house."""
    found = dict.fromkeys(
        _target(noun, topic)
        for part in main.parts
        for noun in _objects(piece.doc[part])
        if noun.pos_ in ("NOUN", "PROPN", "NUM") and _inside(noun, piece)
    )
    return tuple(target for target in found if target)


def _target(noun: Token, topic: Topic) -> str | None:
    named = {mention.entity.kind for mention in topic.mentions(_phrase(noun))}
    kind = _kind(noun)
    if kind == "building" and (named & {"agency", "government"} or {"administrative", "government"} & _modifiers(noun)):
        return "office"
    if named == {"place"} and noun.pos_ == "PROPN":
        return "settlement"
    if named & {"agency"} and noun.pos_ == "PROPN":
        return "office"
    return kind if noun.pos_ == "NOUN" or kind != noun.lemma_.lower() else None


def _modifiers(noun: Token) -> set[str]:
    return {child.lemma_.lower() for child in noun.children if child.dep_ in ("amod", "compound", "nmod")}


def _phrase(noun: Token) -> str:
    """The noun with what stands before it."""
    return noun.doc[noun.left_edge.i : noun.i + 1].text


def _agents(main: EventHit, piece: Span, topic: Topic, claimant: Entity | None) -> tuple[str, ...]:
    """On whose side they are who act in the main event: sides of the topic, countries, "dissident"."""
    actors = _actors(piece.doc[main.token], piece)
    found = dict.fromkeys(side for actor in actors for side in _sides(actor, topic))
    if not found and claimant and any(actor.lower_ in _PRONOUNS for actor in actors):
        return (DISSIDENT if claimant.kind == "group" else claimant.side,) if claimant.side else ()
    return tuple(found)


def _actors(event: Token, piece: Span) -> list[Token]:
    """The subjects, by-agents and owners of the event; a verb without its own takes its governor's."""
    seen = 0
    token = event
    while seen < 4:
        found = [child for child in token.children if child.dep_ in _SUBJECTS]
        passive = [child for child in token.children if child.dep_ == "agent" or child.lower_ == "by"]
        found = [noun for by in passive for noun in by.children if noun.dep_ == "pobj"] or found
        if token.pos_ in ("NOUN", "PROPN"):
            found += [child for child in token.children if child.dep_ in ("poss", "compound", "amod")]
        if found:
            return [actor for noun in found for actor in (noun, *_coordinated(noun))]
        if token.head.i == token.i or not _inside(token.head, piece):
            return []
        token, seen = token.head, seen + 1
    return []


def _sides(noun: Token, topic: Topic) -> Iterator[str]:
    text = noun.doc[noun.left_edge.i : noun.i + 1].text
    words = [token.lower_ for token in noun.doc[noun.left_edge.i : noun.i + 1]]
    lemmas = {token.lemma_.lower() for token in noun.subtree}
    opposed = any(word.startswith("anti") for word in words)
    dissident = opposed or bool(lemmas & terms().dissidents)
    perhaps = bool(lemmas & terms().armed)
    for mention in topic.mentions(text):
        if mention.entity.kind == "group":
            yield DISSIDENT
        elif mention.entity.side and mention.entity.kind != "place":
            yield mention.entity.side
    for index, word in enumerate(words):
        side = _nation(word, topic)
        if side and not (index > 1 and words[index - 1] == "-" and words[index - 2] in ("pro", "anti")):
            if perhaps or not dissident:
                yield side
            if perhaps or dissident:
                yield DISSIDENT
    if opposed:
        yield DISSIDENT


def _nation(word: str, topic: Topic) -> str | None:
    """The side whose country the adjective names: "Ukrainian", "British"."""
    for entity in topic.entities:
        stem = entity.name[:-1].lower()
        if entity.kind == "government" and entity.side and len(stem) > 4 and word.startswith(stem):
            return entity.side
    return next((side for side, stems in _COUNTRIES.items() if word.startswith(stems)), None)


# --- where, whether


def _places(piece: Span, mentions: Sequence[Mention], topic: Topic) -> tuple[str, ...]:
    """The places named, each as its path from the region down: "belgorod-region/graivoron-district/kozinka"."""
    found: dict[str, None] = {}
    for mention in mentions:
        if mention.entity.kind == "place" and mention.entity.level in _LEVELS:
            above = [topic.entity(key) for key in topic.ancestors(mention.entity.key)]
            path = [entity.key for entity in reversed(above) if entity.level in _LEVELS]
            found["/".join([*path, mention.entity.key])] = None
    return tuple(path for path in found if not any(other.startswith(path + "/") for other in found))


def _negated(main: EventHit, piece: Span) -> bool:
    """Whether the main event is said not to be: "no one was killed", "did not result in injuries"."""
    if main.event in ("deny-involvement", "contradict"):
        return False
    token: Token = piece.doc[main.token]
    for _ in range(5):
        if any(_denies(child) for child in token.children) or _denies(token):
            return True
        subjects = [child for child in token.children if child.dep_ in ("nsubj", "nsubjpass", "dobj", "attr")]
        if any(_denies(child) for subject in subjects for child in (subject, *subject.children)):
            return True
        if token.head.i == token.i or not _inside(token.head, piece) or token.dep_ in ("advcl", "relcl", "conj"):
            break
        token = token.head
    return any(part.lower_ == "without" for part in piece if part.i in range(main.token - 3, main.token))


def _denies(token: Token) -> bool:
    return token.dep_ == "neg" or token.lower_ in ("no", "nobody", "none", "neither", "nothing", "no-one")


def _state(main: EventHit, piece: Span) -> str | None:
    """How far the main event is: "ended", "continuing", "planned"; None when it simply happened."""
    token: Token = piece.doc[main.token]
    near = {token.lemma_.lower(), token.lower_, token.head.lemma_.lower()} | {
        child.lemma_.lower() for near in (token, token.head) for child in near.children
    }
    if main.event == "regime" and near & terms().ended:
        return "ended"
    if near & terms().continuing or "under way" in piece.text:
        return "continuing"
    if "will" in near or (near - {token.lemma_.lower()}) & terms().planned:
        return "planned"
    return None


def _lemmas(piece: Span, hits: Sequence[EventHit], mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The content lemmas in order: event words as "@class", names as "=key", nouns of a kind as "#kind"."""
    said = {part: hit.event for hit in reversed(hits) if not hit.weak for part in hit.parts}
    begin = piece.start_char
    names = {m.start + begin: m for m in mentions}
    covered = {at for m in mentions for at in range(m.start + begin, m.end + begin)}
    lemmas: list[str] = []
    for token in piece:
        if token.idx in names:
            lemmas.append("=" + names[token.idx].entity.key)
        elif token.idx in covered:
            continue
        elif token.i in said:
            lemmas.append("@" + said[token.i])
        elif token.like_num:
            lemmas.append(token.lower_)
        elif not token.is_stop and token.is_alpha:
            kind = _kind(token)
            lemmas.append("#" + kind if kind in terms().kind else kind)
    return tuple(dict.fromkeys(lemmas))


@cache
def terms() -> Terms:
    """The general words, read once."""
    raw = yaml.safe_load(files(__package__).joinpath("kinds.yaml").read_text("utf-8"))
    kinds = {word: kind for kind, words in raw["kinds"].items() for word in words.split()}
    lists = {name: frozenset(raw[name].split()) for name in Terms._fields if name != "kind"}
    return Terms(kind=kinds, **lists)
