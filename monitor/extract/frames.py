"""What a piece of text says that happened, in a form in which two reports can be compared.

A frame is read from one piece inside its parsed sentence: the main event through light verbs and complements, who
acts, on what, where, whether it is denied, over or still going on. Pure; a fraction of a millisecond a piece.
"""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Span, Token

from monitor.extract import events
from monitor.extract.events import EventHit
from monitor.extract.kinds import kind_of, terms
from monitor.extract.names import Entity, Mention
from monitor.extract.sides import Sides
from monitor.extract.topic import Topic
from monitor.models import Frame

# What stands nearer to the top of the sentence says what it is about; the cost of each step down.
_STEP = {"xcomp": 0.4, "ccomp": 0.6, "dobj": 0.7, "attr": 0.6, "acomp": 0.6, "nsubj": 0.9, "nsubjpass": 1.2}
_STEP |= {"conj": 1.0, "prep": 0.5, "pobj": 0.5, "agent": 0.8, "advcl": 1.6, "relcl": 1.8, "acl": 1.4, "pcomp": 0.3}
_OTHER_STEP = 1.1
_BACKGROUND = 20.0
_BROUGHT_ABOUT = 1.0
_WEAK = 1.5
# These say how another event was told, shown or meant: they are the main one only when alone.
_FRAMING = {"show": 9.0, "aim": 2.0, "watch": 1.6, "inform": 1.6, "warn": 0.8, "order": 1.5, "sabotage": 1.0}
_FRAMING |= {"involve": 0.5, "threaten": 1.0, "disrupt": 0.5}
# These turn the whole sentence, wherever they stand in it.
_TURNING = {"deny-involvement": 1.5, "claim-responsibility": 1.0, "return-ban": 1.0, "doubt": 1.5, "uncertain": 1.5}
_TURNING |= {"independent": 1.0}

_OBJECTS = frozenset({"dobj", "nsubjpass", "dative", "oprd"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_HITS_AT = frozenset({"on", "at", "against", "of", "to", "into", "over"})
_LASTING = re.compile(r"\b(under way|in progress|(second|2nd|third|3rd|another) day)\b", re.IGNORECASE)
_NAMED = re.compile(r"\w ['\"“‘]an? ")  # a headline: the shelling "a war crime"
_EACH_OTHER = re.compile(r"\b(each other|one another)\b")
_NEARBY = re.compile(r"\b(near|outside|around|toward|towards|beyond|(region|district|oblast|province) of) (the )?$")
_AROUND = re.compile(r"^ (region|district|oblast|province)\b", re.IGNORECASE)
_ORIGIN = re.compile(r"\bfrom (the |\w+['’]s? )?$")
_PRONOUNS = frozenset({"it", "they", "we", "he", "she", "i", "themselves", "us"})
_WE = frozenset({"we", "i", "us", "ourselves"})
_PERHAPS = frozenset({"could", "might", "may"})
_NO = frozenset({"no", "nobody", "none", "neither", "nothing", "no-one"})
_DOERS = frozenset({"by", "with"})
_LONGEST_LEMMA = 40
_LEVELS = ("site", "settlement", "district", "region")

_PEOPLE = frozenset({"fighter", "soldier", "civilian", "prisoner", "rescuer", "official"})
_TROOPS = frozenset({"fighter", "soldier"})
_MACHINES = frozenset({"vehicle", "armour", "weapon"})
# An event's class by what it is done to: the class, its objects, the class that it then is.
_BY_OBJECT = (
    (("capture", "detain", "seize-equipment"), _MACHINES, "seize-equipment"),
    (("capture", "detain"), _PEOPLE, "detain"),
    (("destroy",), _TROOPS, "eliminate"),
    (("destroy", "eliminate", "repel"), frozenset({"raid"}), "repel"),
    (("repel",), _TROOPS, "repel"),
    (("use-weapons",), _MACHINES, "use-weapons"),
    (("breach", "enter"), frozenset({"dam"}), "breach"),
    (("breach",), frozenset({"border"}), "enter"),
    (("enter", "deploy"), frozenset({"settlement"}), "advance"),
    (("capture",), frozenset({"settlement", "border"}), "capture"),
    (("attack",), frozenset({"house", "office", "building", "plant", "school", "hospital", "energy"}), "strike"),
)
_BY_SUBJECT = (
    (("flee", "evacuate"), frozenset({"civilian"}), "flee"),
    (("capture",), frozenset({"video"}), "show"),
    (("enter", "advance"), frozenset({"water", "flood", "river"}), "flood"),
)
# Things that can be told from one another: a house that was hit is not the ministry that was hit.
_THINGS = _PEOPLE | frozenset(
    {"house", "office", "building", "vehicle", "armour", "energy", "water", "plant", "school", "hospital"}
)
_THINGS |= frozenset({"road", "dam", "animal", "drone", "settlement"})
# Of these it matters who did it.
_DEEDS = frozenset({"enter", "attack", "sabotage", "responsible", "blame", "capture", "deny-involvement", "involve"})
_DEEDS |= frozenset({"advance", "drone", "strike", "explode", "destroy", "breach", "stage", "claim-responsibility"})


# Whoever denies one of these denies to have had a part in it; these deny by themselves.
_INVOLVED = frozenset({"involve", "responsible", "blame", "sabotage", "deny-involvement"})
_DENIALS = frozenset({"deny-involvement", "contradict", "return-ban", "uncertain"})
# Whoever does one of these to an event is not who made it.
_FOUGHT = frozenset({"fight", "repel", "deny-involvement", "contradict", "investigate", "shoot-down"})
# Verbs whose subject is only what brought the event about.
_CAUSES = frozenset({"cause", "trigger", "spark", "prompt", "provoke", "lead", "force", "bring", "result"})


class Framer:
    """Reads frames with the names of one topic."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._sides = Sides(topic)
        self._entities = {entity.key: entity for entity in topic.entities}

    def frame(self, piece: Span, *, claimant_key: str | None = None, denied: bool = False, offset: int = 0) -> Frame:
        """The frame of a piece, which lies in its parsed sentence.

        `claimant_key` is the key of the topic's entity that says it, where there is one: it stands for "it" and
        "we". `denied`: the piece is what the claimant denies ("any involvement"). `offset` is where the parsed text
        begins in its document.
        """
        claimant = self._entities.get(claimant_key or "")
        mentions = self._topic.mentions(piece.text)
        hits = [_by_object(hit, piece) for hit in events.of(piece)]
        main = _main(hits, piece)
        strong = [hit.event for hit in sorted(hits, key=lambda hit: _cost(hit, piece)) if not hit.weak]
        lemmas = self._lemmas(piece, hits, mentions)
        shared = {
            "places": self._places(piece, mentions),
            "family": (claimant.family or claimant.key) if claimant else None,
            "side": self._sides.of_entity(claimant) if claimant else None,
            "sentence": offset + piece.sent.start_char,
            "lemmas": lemmas,
            "names": _names(piece, lemmas),
        }
        if main is None:
            negated = denied or any(token.dep_ == "neg" for token in piece)
            return Frame(classes=tuple(dict.fromkeys(strong)), negated=negated, **shared)
        name = "deny-involvement" if denied and main.event in _INVOLVED else main.event
        return Frame(
            main=name,
            act=events.act(name),
            classes=tuple(dict.fromkeys([name, *strong])),
            kin=tuple(sorted(events.kin(name))),
            state=_state(main, piece),
            negated=name not in _DENIALS and (denied or _negated(main, piece)),
            agents=self._agents(main, hits, piece, claimant) if name in _DEEDS else (),
            targets=self._targets(main, piece),
            **shared,
        )

    def _agents(
        self, main: EventHit, hits: Sequence[EventHit], piece: Span, claimant: Entity | None
    ) -> tuple[str, ...]:
        """On whose side they are who did it, or are said to have done it."""
        event: Token = piece.doc[main.token]
        blaming = next((piece.doc[hit.token] for hit in hits if hit.event == "blame"), None)
        actors = list(_accused(blaming)) if blaming is not None else _actors(event, piece)
        actors = [actor for actor in actors if kind_of(actor) != "raid" and actor.i != event.i]
        if _EACH_OTHER.search(piece.text):
            return ()
        found = dict.fromkeys(side for actor in actors for side in self._sides.of_noun(actor))
        own = _WE if _quoted(piece) else _PRONOUNS
        if not found and claimant and any(actor.lower_ in own for actor in actors):
            side = self._sides.of_entity(claimant)
            return (side,) if side else ()
        found = found or dict.fromkeys(side for actor in _by(piece) for side in self._sides.of_noun(actor))
        if (
            not found
            and event.pos_ in ("VERB", "AUX")
            and not any(child.dep_ == "nsubjpass" for child in event.children)
        ):
            found = dict.fromkeys(self._sides.of_phrase(piece.doc[piece.start : main.token]))
        return tuple(found)

    def _targets(self, main: EventHit, piece: Span) -> tuple[str, ...]:
        """The kinds of things that the main event is done to, as far as they can be told from one another."""
        nouns = [
            noun
            for part in main.parts
            for noun in _objects(piece.doc[part])
            if _inside(noun, piece) and noun.pos_ != "VERB"
        ]
        return tuple(dict.fromkeys(target for noun in nouns if (target := self._target(noun)) in _THINGS))

    def _target(self, noun: Token) -> str:
        named = {mention.entity.kind for mention in self._topic.mentions(_phrase(noun).text)}
        kind = kind_of(noun)
        if kind == "building" and (named & {"agency", "government"} or _official(noun)):
            return "office"
        if noun.pos_ == "PROPN" and "agency" in named:
            return "office"
        return "settlement" if noun.pos_ == "PROPN" and named == {"place"} else kind

    def _places(self, piece: Span, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """The places named, each as its path from the region down: "belgorod-region/graivoron-district/kozinka".

        A bigger place that only says where a smaller one lies, or where somebody came from, is left out.
        """
        found: dict[str, None] = {}
        for mention in mentions:
            if mention.entity.kind != "place" or mention.entity.level not in _LEVELS:
                continue
            if mention.entity.level == "region" and _ORIGIN.search(piece.text[: mention.start]):
                continue
            above = [self._entities[key] for key in self._topic.ancestors(mention.entity.key)]
            path = [entity.key for entity in reversed(above) if entity.level in _LEVELS]
            near = _NEARBY.search(piece.text[: mention.start]) or _AROUND.search(piece.text[mention.end :])
            if not near or mention.entity.level == "region":
                path.append(mention.entity.key)
            if path:
                found["/".join(path)] = None
        return tuple(path for path in found if not any(other.startswith(path + "/") for other in found))

    def _lemmas(self, piece: Span, hits: Sequence[EventHit], mentions: Sequence[Mention]) -> tuple[str, ...]:
        """The content lemmas in order: event words as "@class", names as "=key", nouns of a kind as "#kind"."""
        said = {part: hit.event for hit in reversed(hits) if not hit.weak for part in hit.parts}
        begin = piece.start_char
        names = {mention.start + begin: mention for mention in mentions}
        covered = {at for mention in mentions for at in range(mention.start + begin, mention.end + begin)}
        lemmas: dict[str, None] = {}
        for token in piece:
            if token.idx in names:
                lemmas["=" + names[token.idx].entity.key] = None
            elif token.i in said:
                lemmas["@" + said[token.i]] = None
            elif token.idx not in covered and (lemma := self._lemma(token)):
                lemmas[lemma[:_LONGEST_LEMMA]] = None
        return tuple(lemmas)

    def _lemma(self, token: Token) -> str | None:
        if token.like_num:
            return token.lower_
        if side := self._sides.nation(token.text):
            return "=" + side
        if token.is_stop or not token.is_alpha:
            return None
        kind = kind_of(token)
        return "#" + kind if kind in terms().kind.values() else kind


def _names(piece: Span, lemmas: Sequence[str]) -> tuple[str, ...]:
    """Those of the lemmas that are names; none where Nearly All Words Are Written Like Names."""
    long = [token for token in piece if len(token) > 3 and token.is_alpha]
    if 2 * sum(token.text[0].isupper() for token in long) > len(long) > 3:
        return ()
    named = {events.lemma_of(token) for token in piece if token.pos_ == "PROPN"}
    return tuple(lemma for lemma in lemmas if lemma in named)


# --- the main event


def _main(hits: Sequence[EventHit], piece: Span) -> EventHit | None:
    """The event that the piece is about; None when nothing is said to have happened."""
    ranked = sorted(hits, key=lambda hit: (_cost(hit, piece), hit.token))
    if not ranked or _cost(ranked[0], piece) >= _BACKGROUND or _only_judged(ranked[0], piece):
        return None
    if ranked[0].event == "fight":
        return _fought(ranked, piece)
    if ranked[0].event != "blame" or _EACH_OTHER.search(piece.text):
        return ranked[0]
    # "Accused of staging it" is about the staging; "blamed for the raid" about who did it.
    of_what = (hit for hit in ranked if hit.token > ranked[0].token and not hit.weak and hit.event not in _FRAMING)
    return next((hit for hit in of_what if events.act(hit.event) not in ("raid", "fight")), ranked[0])


def _fought(ranked: Sequence[EventHit], piece: Span) -> EventHit:
    """ "Battling a group that crossed the border" tells of the crossing; how long it goes on, of the battle."""
    fight = ranked[0]
    against = {word.i for part in fight.parts for noun in _objects(piece.doc[part]) for word in noun.subtree}
    raids = (hit for hit in ranked if hit.token in against and events.act(hit.event) == "raid" and not hit.weak)
    return fight if _state(fight, piece) else next(raids, fight)


def _cost(hit: EventHit, piece: Span) -> float:
    """How far the event is from being what the piece is about."""
    depth = min(_depth(piece.doc[part], piece) for part in hit.parts)
    return depth + _WEAK * hit.weak + _FRAMING.get(hit.event, 0.0) - _TURNING.get(hit.event, 0.0)


def _depth(token: Token, piece: Span) -> float:
    """How far below the piece's own top the token stands; light words on the way cost half."""
    cost = 0.0
    while token.i not in (piece.root.i, token.head.i) and _inside(token.head, piece):
        step = _STEP.get(token.dep_, _OTHER_STEP)
        cost += step / 2 if events.lemma_of(token.head) in terms().light else step
        if token.dep_ == "nsubj" and token.pos_ == "NOUN" and _says_of_it(token):
            cost += _BROUGHT_ABOUT
        if token.lower_ in terms().background and token.dep_ in ("prep", "mark"):
            cost += _BACKGROUND
        token = token.head
    return cost


def _says_of_it(subject: Token) -> bool:
    """Whether something else is told of the event: what it caused, or did ("the collapse poses a threat")."""
    verb = subject.head
    return events.lemma_of(verb) in _CAUSES or any(child.dep_ in ("dobj", "dative") for child in verb.children)


def _only_judged(main: EventHit, piece: Span) -> bool:
    """Whether the event is only what something is said of ("the raid was a sign of weakness"), not what is said."""
    token: Token = piece.doc[main.token]
    said = {"attr", "acomp"} & {child.dep_ for child in token.head.children}
    return token.dep_ == "nsubj" and token.head.lemma_ == "be" and bool(said) and main.event != "responsible"


def _judged(event: Token, piece: Span) -> bool:
    """Whether something is said of the event: that it "will have consequences", "an act of terror" it is called."""
    verb = event.head
    if event.pos_ == "NOUN" and piece.root.pos_ in ("NOUN", "PROPN") and _NAMED.search(piece.text):
        return True
    of_it = event.dep_ == "nsubj" and verb.lemma_ in terms().judging
    called = event.dep_ in ("nsubj", "dobj") and verb.lemma_ in ("call", "describe", "brand", "label", "deem")
    said = {child.dep_ for child in (*verb.children, *event.children)}
    return event.pos_ == "NOUN" and ((of_it and bool(said & {"dobj", "pobj"})) or (called and "oprd" in said))


def _inside(token: Token, piece: Span) -> bool:
    return piece.start <= token.i < piece.end


def _by_object(hit: EventHit, piece: Span) -> EventHit:
    """The event by what it is done to: a vehicle is captured as booty, a soldier as a prisoner."""
    event = piece.doc[hit.token]
    for classes, objects, becomes in _BY_OBJECT:
        if hit.event in classes and objects & {
            kind_of(noun) for part in hit.parts for noun in _objects(piece.doc[part])
        }:
            return hit._replace(event=becomes, weak=False)
    for classes, subjects, becomes in _BY_SUBJECT:
        if hit.event in classes and subjects & {kind_of(noun) for noun in _actors(event, piece)}:
            return hit._replace(event=becomes, weak=False)
    return hit


# --- who, what


def _objects(token: Token) -> Iterator[Token]:
    """The nouns that something is done to, coordinated ones too."""
    participle = token.tag_ == "VBN"
    found = [child for child in token.children if child.dep_ in _OBJECTS]
    if (token.dep_ == "amod" and token.tag_ in ("VBN", "JJ", "VBD")) or (token.dep_ == "acl" and participle):
        found.append(token.head)
    if not found and participle:
        found = [child for child in token.children if child.dep_ == "nsubj"]
    if token.pos_ in ("NOUN", "PROPN"):
        found += [child for child in token.children if child.dep_ in ("compound", "poss") and child.pos_ == "NOUN"]
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in _HITS_AT:
            found += [noun for noun in child.children if noun.dep_ == "pobj"]
    if token.dep_ == "pobj" and token.head.lower_ == "under":
        found += [child for child in token.head.head.children if child.dep_ in ("nsubj", "nsubjpass")]
    if not found and participle and token.head.pos_ == token.pos_:  # "was reported wounded", "was hit and wounded"
        found = [child for child in token.head.children if child.dep_ == "nsubjpass"]
    for noun in found:
        yield noun
        yield from _coordinated(noun)


def _accused(token: Token) -> Iterator[Token]:
    """Whom the verb blames: "blamed X for it", "blamed it on X"."""
    objects = list(_objects(token))
    blamed_on = [
        noun
        for holder in (token, *objects)
        for prep in holder.children
        if prep.dep_ == "prep" and prep.lower_ == "on"
        for noun in prep.children
        if noun.dep_ == "pobj"
    ]
    for noun in blamed_on or objects:
        yield noun
        for prep in noun.children:
            if prep.lower_ == "by":
                yield from (child for child in prep.children if child.dep_ == "pobj")


def _coordinated(noun: Token) -> Iterator[Token]:
    for child in noun.children:
        if child.dep_ == "conj":
            yield child
            yield from _coordinated(child)


def _actors(event: Token, piece: Span) -> list[Token]:
    """The subjects, by-agents and owners of the event; one without its own takes its governor's."""
    token = event
    for _ in range(4):
        found = [child for child in token.children if child.dep_ in _SUBJECTS]
        passive = [child for child in token.children if child.dep_ == "agent" or child.lower_ in _DOERS]
        found = [noun for by in passive for noun in by.children if noun.dep_ == "pobj"] or found
        if token.dep_ == "nsubj" and token.head.lemma_ == "be":
            found += [child for child in token.head.children if child.dep_ == "attr"]
        if token.pos_ in ("NOUN", "PROPN"):
            found += [child for child in token.children if child.dep_ in ("poss", "compound", "amod")]
        if found:
            return [actor for noun in found for actor in (noun, *_coordinated(noun))]
        if token.head.i == token.i or not _inside(token.head, piece) or _against(token):
            break
        token = token.head
    return []


def _against(token: Token) -> bool:
    """Whether what governs the event is done against it: who "battles an incursion" does not make it."""
    governor = token.head.head if token.dep_ == "pobj" else token.head
    acts = {events.act(hit.event) for hit in events.lookup(events.lemma_of(governor), governor.pos_)}
    return token.pos_ in ("NOUN", "PROPN") and bool(acts & _FOUGHT)


def _quoted(piece: Span) -> bool:
    """Whether the piece is quoted, so that "they" are others than who speaks."""
    before = piece.doc.text[: piece.start_char]
    inside = before.count('"') % 2 == 1 or before.count("“") > before.count("”")
    return inside or piece.text.startswith(('"', "“"))


def _by(piece: Span) -> Iterator[Token]:
    """Those by whom anything in the piece is said to be done."""
    for token in piece:
        if token.lower_ == "by":
            yield from (child for child in token.children if child.dep_ == "pobj")


def _phrase(noun: Token) -> Span:
    """The noun with what stands before it."""
    return noun.doc[noun.left_edge.i : noun.i + 1]


def _official(noun: Token) -> bool:
    """Whether the building is said to be a public one."""
    return bool({"administrative", "administration", "government", "governmental"} & {t.lower_ for t in _phrase(noun)})


# --- whether


def _negated(main: EventHit, piece: Span) -> bool:
    """Whether the main event is said not to be: "no one was killed", "did not result in injuries"."""
    token: Token = piece.doc[main.token]
    if any(piece.doc[at].lower_ == "without" for at in range(max(piece.start, main.token - 3), main.token)):
        return True
    for _ in range(5):
        near = [token, *token.children]
        near += [
            word
            for noun in token.children
            if noun.dep_ in ("nsubj", "nsubjpass", "dobj", "attr")
            for word in noun.children
        ]
        if any(word.dep_ == "neg" or word.lower_ in _NO for word in near):
            return True
        if token.head.i == token.i or not _inside(token.head, piece) or token.dep_ in ("advcl", "relcl"):
            return False
        token = token.head
    return False


def _state(main: EventHit, piece: Span) -> str | None:
    """How far the main event is: "ended", "continuing", "possible", "planned"; "judged": it is only what something
    is said of; None when it simply happened.
    """
    if _judged(piece.doc[main.token], piece):
        return "judged"
    tokens = [piece.doc[part] for part in main.parts]
    nearby = [word for token in tokens for word in (token, *_governors(token))]
    around = [word for near in nearby for word in (near, *near.children) if _inside(word, piece)]
    words = {events.lemma_of(word) for word in around} | {word.lower_ for word in around}
    if main.event == "regime" and words & terms().ended:
        return "ended"
    if words & terms().continuing or _LASTING.search(piece.text):
        return "continuing"
    if words & _PERHAPS:
        return "possible"
    expected = [child for token in tokens for child in token.children if child.dep_ == "acl" and child.tag_ == "VBN"]
    wished = {events.lemma_of(word) for word in (*nearby, *expected) if word not in tokens} & terms().planned
    meant = main.event != "distract" and ("will" in words or wished)
    return "planned" if meant else None


def _governors(token: Token) -> Iterator[Token]:
    """What the token hangs on, up to the first verb."""
    for word in token.ancestors:
        yield word
        if word.pos_ in ("VERB", "AUX"):
            return
