"""On whose side they are whom a noun phrase names: a side of the topic, or people who act against their own country.

"Ukrainian saboteurs" are Ukraine's, "anti-Kremlin Russians" and "Russian citizens" nobody's but their own; of
"Russian fighters" it can't be told.
"""

from collections.abc import Iterator

from spacy.tokens import Span, Token

from monitor.extract import events
from monitor.extract.kinds import terms
from monitor.extract.names import Entity
from monitor.extract.topic import Topic
from monitor.extract.vocabulary import words

DISSIDENT = "dissident"
"""The side of people who act against their own country."""

# Adjectives of countries whose name doesn't begin them, by the sides that topic files call them.
_ADJECTIVES = {"west": ("brit", "english", "americ", "western", "polish", "nato", "europe", "u.s.")}

_PARTS = words(
    "half part edge outskirts outskirt side bank flank suburb district region oblast border sector area russia ukraine"
)
"""What a direction is said of: the "western half", no side's."""

# Words whose side is remembered: each is asked for at every token.
_REMEMBERED = 10_000


class Sides:
    """Knows the sides of one topic."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        governments = [entity for entity in topic.entities if entity.kind == "government" and entity.side]
        self._states = {entity.side for entity in governments}
        stems = [(entity.name[:-1].lower(), entity.side or "") for entity in governments]
        stems += [(stem, side) for side, all_of_it in _ADJECTIVES.items() for stem in all_of_it]
        self._stems = tuple((stem, side) for stem, side in stems if len(stem) >= 4)
        self._nations: dict[str, str | None] = {}

    def of_entity(self, entity: Entity) -> str | None:
        """The side of an entity of the topic; that of a group that no government stands for is "dissident"."""
        if entity.kind == "place" or not entity.side:
            return None
        return entity.side if entity.side in self._states or entity.kind != "group" else DISSIDENT

    def nation(self, word: str) -> str | None:
        """The side whose country an adjective names: "Ukrainian", "British"."""
        word = word.lower()
        if word not in self._nations:
            if len(self._nations) >= _REMEMBERED:
                self._nations.clear()
            self._nations[word] = next((side for stem, side in self._stems if word.startswith(stem)), None)
        return self._nations[word]

    def of_adjective(self, token: Token) -> str | None:
        """The same for a word of a sentence: "the western half of the town" is nobody's."""
        after = token.nbor().lower_ if token.i + 1 < len(token.doc) else ""
        return None if token.lower_ == "western" and after in _PARTS else self.nation(token.text)

    def of_noun(self, noun: Token) -> Iterator[str]:
        """The sides of whom the noun names, with what stands before it and an "of" after it."""
        last = max([noun.i, *(child.right_edge.i for child in noun.children if child.lower_ == "of")])
        yield from self.of_phrase(noun.doc[noun.left_edge.i : last + 1])

    def of_phrase(self, phrase: Span) -> Iterator[str]:
        """The sides of whom the words name; two when it can't be told."""
        spelled = [token.lower_ for token in phrase]
        opposed = any(
            word == "anti" and self._topic.mentions(phrase[at + 2].text) for at, word in enumerate(spelled[:-2])
        )
        lemmas = {events.lemma_of(token) for token in phrase}
        dissident = opposed or bool(lemmas & terms().dissidents)
        perhaps = bool(lemmas & terms().armed) or any(self._people(token) for token in phrase)
        perhaps = perhaps and not lemmas & terms().infiltrators
        for mention in self._topic.mentions(phrase.text):
            side = self.of_entity(mention.entity)
            if side and (mention.entity.kind == "group" or not dissident):
                yield side
        for at, token in enumerate(phrase):
            side = self.of_adjective(token)
            if side and not (at > 1 and spelled[at - 1] == "-" and spelled[at - 2] in ("pro", "anti")):
                if perhaps or not dissident:
                    yield side
                if perhaps or dissident:
                    yield DISSIDENT
        if opposed:
            yield DISSIDENT

    def _people(self, token: Token) -> bool:
        """Whether the word names a country's people: "Russians"."""
        return token.tag_ in ("NNS", "NNPS") and self.nation(token.text) is not None
