"""Who speaks: the speaker of each statement of a paragraph, and what the thread knows of its people after it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from spacy.tokens import Token

from monitor.extract import cues
from monitor.extract.grammar import Attribution, Span, phrase
from monitor.extract.headings import introduced
from monitor.extract.parser import text_of
from monitor.extract.quotes import Analysis, Statement
from monitor.extract.reading import Reading, Sentence
from monitor.extract.tags import FINITE, SUBJECTS
from monitor.extract.topic import slug
from monitor.extract.who import Names, Thread, Who, of_entity, resolve, speaks, titles

_MANY = cues.PEOPLE_NOUNS | cues.ROLE_NOUNS | {"source"}


class Speakers:
    """Settles who speaks, with the names of one topic. Pure."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def fold(
        self, analysis: Analysis, thread: Thread
    ) -> tuple[Thread, list[tuple[Statement, Who | None]], dict[int, Who]]:
        """The thread after the paragraph, the speaker of each of its statements, who published which one's pictures."""
        reading = analysis.reading
        under = thread.introduced or (thread.under if reading.listed else None)
        thread = thread.spoke(under)
        if reading.label:
            labelled = self.labelled(reading.label)
            thread = thread.spoke(labelled)
            if labelled is not None:
                thread = thread.called(self._titles(None, None, labelled, thread), labelled)
        speakers: list[tuple[Statement, Who | None]] = []
        publishers: dict[int, Who] = {}
        last_quote: Who | None = None
        for n, sentence in enumerate(reading.sentences):
            acting = self._acting(sentence, analysis.own[n], thread)
            here = [s for s in analysis.statements if s.sentence == n]
            thread = thread.heard(acting).heard(self._naming(sentence, thread))
            several = self._several(sentence, thread) or thread.several
            thread = replace(thread, pair=self._pair(sentence) or thread.pair, several=several)
            for statement in here:
                who = self._speaker(statement, analysis, thread)
                speakers.append((statement, who))
                source = statement.frame.source if statement.frame is not None and not statement.quoted else None
                if who is not None and not (statement.frame is not None and statement.frame.kind == "noun"):
                    thread = thread.spoke(who).called(self._titles(sentence, source, who, thread), who)
                thread = thread.heard(self._passing_on(statement, analysis, thread))
                if any(
                    sentence.quotes[i] >= 0 and not reading.quotes[sentence.quotes[i]].closed
                    for s in statement.spans
                    for i in range(*s)
                ):
                    last_quote = who
            shown = analysis.pictures[n]
            if shown is not None and shown.publisher is not None:
                publisher = resolve(sentence, shown.publisher, thread, self._names)
                if publisher is not None:
                    publishers[n] = publisher
                    thread = replace(thread.heard(publisher), publisher=publisher)
        introduced = self._introduced(reading, thread)
        return replace(thread, open_quote=last_quote, introduced=introduced, under=under), speakers, publishers

    def _introduced(self, reading: Reading, thread: Thread) -> Who | None:
        """Who says what stands below the paragraph."""
        if reading.poster is not None:
            named = next(iter(self._names.mentions(reading.poster)), None)
            if named is not None and named.surface == reading.poster:
                return of_entity(named.entity)
            return Who(reading.poster, slug(reading.poster), "unknown")
        last = reading.sentences[-1] if reading.sentences else None
        source = introduced(last) if last is not None else None
        who = resolve(last, source, thread, self._names) if last is not None else None
        return who if speaks(who, ":") else None

    def _titles(self, sentence: Sentence | None, source: Span | None, who: Who, thread: Thread) -> list[str]:
        """The nouns that mean `who` from now on; a name that says only what somebody is takes none from who has one."""
        entity = self._names.entity(who.key) if who.known else None
        found = titles(sentence, source, who, entity.roles if entity is not None else ())
        if entity is not None and entity.generic:
            found = [noun for noun in found if noun not in thread.nouns]
        return found

    def _speaker(self, statement: Statement, analysis: Analysis, thread: Thread) -> Who | None:
        if statement.frame is not None:
            where = analysis.reading.sentences[statement.frame_in]
            who = resolve(where, statement.frame.source, thread, self._names)
            if statement.frame.kind == "heading" and not self._heads(where, statement.frame, who):
                return None
            return who if who is not None or not statement.quoted else thread.speaker
        begins = statement.sentence == 0 and statement.spans[0][0] <= 1
        if begins and thread.open_quote is not None:
            return thread.open_quote
        return thread.speaker

    def _passing_on(self, statement: Statement, analysis: Analysis, thread: Thread) -> Who | None:
        """The person who tells what somebody else says: he is who goes on."""
        frame = statement.frame
        if frame is None or frame.relay is None:
            return None
        who = resolve(analysis.reading.sentences[statement.frame_in], frame.relay, thread, self._names)
        return who if who is not None and who.kind == "person" else None

    def _heads(self, sentence: Sentence, frame: Attribution, who: Who | None) -> bool:
        """Whether a headline's mark names a speaker; a comma may part names, too: "raid embarrasses Putin, Shoigu"."""
        if frame.lemma == ",":
            at = sentence.doc[frame.cue].idx
            if any(m.end == at and m.entity.kind != "place" for m in self._names.mentions(text_of(sentence.doc))):
                return False
        return speaks(who, frame.lemma)

    def labelled(self, label: str) -> Who | None:
        """Whom a label before the text names ("Gladkov:"), if the topic knows him."""
        mention = next(iter(self._names.mentions(label)), None)
        if mention is None:
            return None
        return of_entity(mention.entity)

    def _acting(self, sentence: Sentence, own: Sequence[Span], thread: Thread) -> Who | None:
        """The topic's person or group that the sentence's own words are about: its subject."""
        root = sentence.doc[:].root
        subject = next((c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        if subject is None and root.i and sentence.doc[root.i - 1].pos_ == "PROPN":
            subject = sentence.doc[root.i - 1]
        if subject is None and sentence.doc[0].pos_ == "ADP" and root.tag_ in FINITE:  # "Into the silence stepped N"
            subject = next((c for c in root.children if c.dep_ == "dobj" and c.pos_ == "PROPN"), None)
        if subject is not None and subject.lower_ in {"we", "i"} and root.lemma_ in {"speak", "talk", "meet"}:
            return self._met(sentence, root, thread)
        if subject is None or subject.pos_ == "PRON" or not any(a <= subject.i < b for a, b in own):
            return None
        who = resolve(sentence, (subject.left_edge.i, subject.i + 1), thread, self._names)
        named = who is not None and (who.known or (who.kind == "person" and subject.pos_ == "PROPN"))
        return who if named and who is not None and who.kind != "place" else None

    def _pair(self, sentence: Sentence) -> tuple[Who, Who] | None:
        """The two of the topic's people or groups that the sentence names side by side: "the Legion and the corps"."""
        named = [m for m in self._names.mentions(text_of(sentence.doc)) if m.entity.kind != "place"]
        for one, other in pairwise(sorted(named, key=lambda m: m.start)):
            between = text_of(sentence.doc)[one.end : other.start].split()
            if between in (["and"], ["and", "the"]) and one.entity != other.entity:
                return of_entity(one.entity), of_entity(other.entity)
        return None

    def _several(self, sentence: Sentence, thread: Thread) -> Who | None:
        """The many that the sentence is about first: "officials gave conflicting accounts"."""
        subject = next((t for t in sentence.doc if t.dep_ in {"nsubj", "nsubjpass"}), None)
        if subject is None or subject.tag_ not in {"NNS", "NNPS"} or subject.lemma_.lower() not in _MANY:
            return None
        return resolve(sentence, phrase(subject), thread, self._names)

    def _naming(self, sentence: Sentence, thread: Thread) -> Who | None:
        """Who gives a thing the name it has in the sentence: "attacked by what Gladkov called a swarm of drones"."""
        for token in sentence.doc[1:-1]:
            named = token.pos_ == "PROPN" and token.head.lemma_ in cues.NAMING and token.dep_ in SUBJECTS
            if named and token.left_edge.i and token.left_edge.nbor(-1).lower_ == "what":
                return resolve(sentence, phrase(token), thread, self._names)
        return None

    def _met(self, sentence: Sentence, verb: Token, thread: Thread) -> Who | None:
        """Whom the outlet talked to: "we spoke to Tatiana"."""
        to = next((c for c in verb.children if c.lower_ in {"to", "with"} and c.i > verb.i), verb)
        met = next((c for c in to.children if c.dep_ in {"pobj", "dobj"} and c.pos_ == "PROPN"), None)
        return resolve(sentence, phrase(met), thread, self._names) if met is not None else None
