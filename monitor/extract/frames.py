"""What a piece of text says that happened, in a form in which two reports can be compared.

A frame is read from one piece inside its parsed sentence: the main event through light verbs and complements, who
acts, on what, where, whether it is denied, over or still going on. Pure; a fraction of a millisecond a piece.
"""

import re
from collections.abc import Sequence

from spacy.tokens import Span, Token

from monitor.extract import events, main_event, roles, vocabulary
from monitor.extract.events import EventHit
from monitor.extract.kinds import PEOPLE, kind_of, terms
from monitor.extract.names import Entity, Mention
from monitor.extract.parser import text_of
from monitor.extract.sides import Sides
from monitor.extract.topic import Topic
from monitor.models import Frame

_NEARBY = re.compile(
    r"\b(near|outside|around|toward|towards|beyond|(region|district|oblast|province) of"
    r"|(?<!in the )(?<!\w)\w*(north|south|east|west) of|(km|kilomet\w+|miles?) (away )?from) (the )?$"
)
_AROUND = re.compile(r"^ (region|district|oblast|province)\b", re.IGNORECASE)
_ORIGIN = re.compile(r"\bfrom (the |\w+['’]s? )?$")
_PRONOUNS = frozenset({"it", "they", "we", "he", "she", "i", "themselves", "us"})
_WE = frozenset({"we", "i", "us", "ourselves"})
_LONGEST_LEMMA = 40
_LEVELS = ("site", "settlement", "district", "region")

# Things that can be told from one another: a house that was hit is not the ministry that was hit.
_THINGS = PEOPLE | frozenset(
    {"house", "office", "building", "vehicle", "armour", "energy", "water", "plant", "school", "hospital"}
)
_THINGS |= frozenset({"facility", "road", "dam", "animal", "drone", "missile", "settlement"})
# These serve people, and fail, stop and run again as a whole.
_SERVING = frozenset({"bridge", "road", "train", "ferry", "ship", "flight", "port", "airport", "fuel", "pipe"})
_SERVING |= frozenset({"phone", "school", "hospital"})
_THINGS |= _SERVING
# These the classes do not tell apart: trains that stop are not ferries that stop.
_KEPT = frozenset(
    {"train", "ferry", "flight", "ship", "fuel", "phone", "internet", "heating", "gas", "export", "import"}
)
# Of these it matters who did it.
_DEEDS = frozenset({"enter", "attack", "sabotage", "responsible", "blame", "capture", "deny-involvement", "involve"})
_DEEDS |= frozenset({"coup", "plotted", "storming", "march", "sea-drone", "bomb-vehicle"})
_DEEDS |= frozenset({"advance", "drone", "strike", "explode", "destroy", "breach", "stage", "claim-responsibility"})
# When it was is for the time of the post to say.
_DAYS = vocabulary.words(
    """
    monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow
    january february march april june july august september october november december
    """
)
# Whoever denies one of these denies to have had a part in it; these deny by themselves.
_INVOLVED = frozenset({"involve", "responsible", "blame", "sabotage", "deny-involvement"})
_WITH_DRONES = frozenset({"drone", "strike", "attack", "damage", "explode", "burn"})
_DENIALS = frozenset({"deny-involvement", "contradict", "return-ban", "uncertain"})
# Whose own side did none of these had no part in it: "our army did not cross the border".
_OWN_DEEDS = frozenset({"raid", "strike"})


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
        mentions = self._topic.mentions(text_of(piece))
        hits = [main_event.by_object(hit, piece) for hit in events.of(piece)]
        main = main_event.among(hits, piece)
        strong = [hit.event for hit in sorted(hits, key=lambda hit: main_event.cost(hit, piece)) if not hit.weak]
        lemmas = self._lemmas(piece, hits, mentions)
        shared = {
            "places": self._places(piece, mentions),
            "family": (claimant.family or claimant.key) if claimant else None,
            "side": self._sides.of_entity(claimant) if claimant and not roles.mutual(piece) else None,
            "sentence": offset + piece.sent.start_char,
            "lemmas": lemmas,
            "names": _names(piece, lemmas),
        }
        if main is None:
            negated = denied or any(token.dep_ == "neg" for token in piece)
            return Frame(classes=tuple(dict.fromkeys(strong)), negated=negated, **shared)
        name = "deny-involvement" if denied and main.event in _INVOLVED else main.event
        agents = self._agents(main, hits, piece, claimant) if name in _DEEDS else ()
        negated = name not in _DENIALS and (denied or main_event.negated(main, piece))
        group = claimant is not None and claimant.kind == "group"
        if name == "responsible" and group and not negated and _of_oneself(main, piece):
            name = "claim-responsibility"
        ours = bool(shared["side"]) and agents == (shared["side"],) and not main.weak
        if negated and ours and events.act(name) in _OWN_DEEDS:
            name, negated = "deny-involvement", False
        return Frame(
            main=name,
            act=events.act(name),
            classes=tuple(dict.fromkeys([name, *strong])),
            kin=tuple(sorted(events.kin(name))),
            state=main_event.state(main, piece),
            negated=negated,
            agents=agents,
            targets=self._targets(main, piece, mentions),
            **shared,
        )

    def _agents(
        self, main: EventHit, hits: Sequence[EventHit], piece: Span, claimant: Entity | None
    ) -> tuple[str, ...]:
        """On whose side they are who did it, or are said to have done it."""
        event: Token = piece.doc[main.token]
        blaming = next((piece.doc[hit.token] for hit in hits if hit.event == "blame"), None)
        actors = list(roles.accused(blaming)) if blaming is not None else roles.actors(event, piece)
        actors = [actor for actor in actors if kind_of(actor) != "raid" and actor.i != event.i]
        if roles.mutual(piece) or (actors and all(kind_of(actor) in roles.STRUCTURES for actor in actors)):
            return ()  # nor is it Ukraine's doing that a "Ukraine dam collapses"
        found = dict.fromkeys(side for actor in actors for side in self._sides.of_noun(actor))
        own = _WE if roles.quoted(piece) else _PRONOUNS
        if claimant is not None and claimant.kind == "person":
            own -= {"they", "themselves", "it"}
        if not found and claimant and any(actor.lower_ in own for actor in actors):
            side = self._sides.of_entity(claimant)
            return (side,) if side else ()
        found = found or dict.fromkeys(side for actor in roles.agents(piece) for side in self._sides.of_noun(actor))
        if (
            not found
            and event.pos_ in ("VERB", "AUX")
            and not any(child.dep_ == "nsubjpass" for child in event.children)
        ):
            found = dict.fromkeys(self._sides.of_phrase(piece.doc[piece.start : main.token]))
        return tuple(found)

    def _targets(self, main: EventHit, piece: Span, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """The kinds of things that the main event is done to, as far as they can be told from one another."""
        nouns = [
            noun
            for part in main.parts
            for noun in roles.objects(piece.doc[part])
            if roles.inside(noun, piece) and noun.pos_ != "VERB"
        ]
        sites = [m for m in mentions if m.entity.kind == "place" and m.entity.level == "site"]
        begin = piece.start_char
        known = {at: _kind_of_site(site) for site in sites for at in range(begin + site.start, begin + site.end)}
        kinds = (known.get(noun.idx) or self._target(noun) for noun in nouns)
        found = [kind for kind in kinds if kind in _THINGS]
        if main.event in _WITH_DRONES:  # what is struck, not with what
            found = [target for target in found if target not in ("drone", "missile")]
        if len(main.parts) > 1:  # "trains ... not run", "bridge ... shut": what it is done to is part of the phrase
            parts = [piece.doc[part] for part in main.parts]
            found += [kind for part in parts if part.dep_ != "compound" and (kind := kind_of(part)) in _SERVING]
        return tuple(dict.fromkeys(found))

    def _target(self, noun: Token) -> str:
        named = {mention.entity.kind for mention in self._topic.mentions(roles.phrase(noun).text)}
        kind = kind_of(noun)
        if kind in ("building", "facility") and (named & {"agency", "government"} or roles.official(noun)):
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
            if mention.entity.level == "region" and _ORIGIN.search(text_of(piece)[: mention.start]):
                continue
            above = [self._entities[key] for key in self._topic.ancestors(mention.entity.key)]
            path = [entity.key for entity in reversed(above) if entity.level in _LEVELS]
            near = _NEARBY.search(text_of(piece)[: mention.start]) or _AROUND.search(text_of(piece)[mention.end :])
            if not near or mention.entity.level == "region":
                path.append(mention.entity.key)
            if path:
                found["/".join(path)] = None
        return tuple(path for path in found if not any(other.startswith(path + "/") for other in found))

    def _lemmas(self, piece: Span, hits: Sequence[EventHit], mentions: Sequence[Mention]) -> tuple[str, ...]:
        """The content lemmas in order: event words as "@class", names as "=key", nouns of a kind as "#kind"."""
        said = {part: hit.event for hit in reversed(hits) if not hit.weak for part in hit.parts}
        # "trains ... not run", "water ... cut": what it is that stopped is no less telling than that it did
        within = {part for hit in hits if len(hit.parts) > 1 for part in hit.parts if kind_of(piece.doc[part]) in _KEPT}
        begin = piece.start_char
        names = {mention.start + begin: mention for mention in mentions}
        covered = {at for mention in mentions for at in range(mention.start + begin, mention.end + begin)}
        lemmas: dict[str, None] = {}
        for token in piece:
            if token.idx in names:
                lemmas["=" + names[token.idx].entity.key] = None
            elif token.i in said:
                lemmas["@" + said[token.i]] = None
                if token.i in within and (lemma := self._lemma(token)):
                    lemmas[lemma] = None
            elif token.idx not in covered and (lemma := self._lemma(token)):
                lemmas[lemma[:_LONGEST_LEMMA]] = None
        return tuple(lemmas)

    def _lemma(self, token: Token) -> str | None:
        if token.like_num:
            return token.lower_
        if side := self._sides.of_adjective(token):
            return "=" + side
        if token.is_stop or not token.is_alpha or token.lower_ in _DAYS:
            return None
        kind = kind_of(token)
        return "#" + kind if kind in terms().kind.values() else kind


def _kind_of_site(site: Mention) -> str | None:
    """What a site is by the last word of its name, if that tells: a "Kakhovka dam" is a dam, whatever it is called."""
    word = site.entity.name.split()[-1].lower()
    kind = terms().kind.get(word, word)
    return kind if kind in _THINGS else None


def _of_oneself(main: EventHit, piece: Span) -> bool:
    """Whether the speakers say it of themselves: "they were behind the raid"."""
    subject = next((child for child in piece.doc[main.token].children if child.dep_ == "nsubj"), None)
    return subject is not None and subject.lower_ in _PRONOUNS and subject.i == piece.start


def _names(piece: Span, lemmas: Sequence[str]) -> tuple[str, ...]:
    """Those of the lemmas that are names; none where Nearly All Words Are Written Like Names."""
    long = [token for token in piece if len(token) > 3 and token.is_alpha]
    if 2 * sum(token.text[0].isupper() for token in long) > len(long) > 3:
        return ()
    named = {events.lemma_of(token) for token in piece if token.pos_ == "PROPN"}
    return tuple(lemma for lemma in lemmas if lemma in named)
