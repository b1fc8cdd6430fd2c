"""From a post to its sightings: read, attribute, settle who speaks, cut into claims, keep what is worth it.

analyse     a paragraph's statements, by text alone; remembered
fold        the thread's earlier posts, for what "it", "he" and "the ministry" mean; and the post itself
claims      statements cut into pieces, each with its speaker
worth       which of the pieces are claims
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spacy.tokens import Doc
from spacy.tokens import Span as Tokens

from monitor.extract import cues, events, facts, worth
from monitor.extract.credits import credit, dateline, outlet
from monitor.extract.extent import TIMES, time_told
from monitor.extract.figures import figures
from monitor.extract.footage import Footage
from monitor.extract.frames import Framer
from monitor.extract.grammar import Attribution, Span, has_subject, has_verb, rejoined
from monitor.extract.headings import past_mark
from monitor.extract.names import Mention
from monitor.extract.parser import parser, text_of
from monitor.extract.pieces import gap_at, split, trim
from monitor.extract.quotes import Analysis, Statement, analyse
from monitor.extract.reading import Reading, Sentence, paragraphs, read_ahead
from monitor.extract.speakers import Speakers
from monitor.extract.stance import stance
from monitor.extract.tags import VERBAL
from monitor.extract.topic import Topic, slug
from monitor.extract.who import OUTLET, Names, Thread, Who, carries, hearer, of_entity, resolve
from monitor.models import Post, Sighting, Stance, digest

_RECENT = frozenset({"minutes", "hour", "hours", "day", "days"})
_WITH_CUE = frozenset({"nominal", "directive", "passive"})

FURTHEST = 40
"""So many earlier posts of a thread are looked at, or up to `STEP` fewer."""

STEP = 20
"""The first of them is a multiple of this, so that it stays the same for many posts and need not be folded anew."""

SHORT = 2_000
"""Posts of at most so many characters are parsed together."""

LONGEST_FLASH = 10
"""So many tokens a sentence without a verb may have to be news by itself."""

THREADS = 256
"""So many states of threads are remembered."""

_PLATFORM = re.compile(
    r"\b(?:[Oo]n|[Vv]ia|[Ii]n|to|[Ff]rom)\s+(?:\w+(?:'s)?\s+){0,4}?"
    r"(Telegram|Twitter|X|Facebook|Instagram|YouTube|TikTok|VK|VKontakte|WhatsApp|Truth Social)\b"
)
_PLATFORM_ANYWHERE = re.compile(
    r"\b(Telegram|Twitter|Facebook|Instagram|YouTube|TikTok|VKontakte)\b|\b(tweet)(?:ed|s)?\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One claim of a sentence: its tokens, who makes it, and the frame that says so (None: the outlet's own)."""

    sentence: Sentence
    span: Span
    who: Who
    frame: Attribution | None
    via: str | None
    cue: str | None
    stance: Stance


def _aligned(context: Sequence[Post]) -> Sequence[Post]:
    """The earlier posts that are looked at: from a multiple of `STEP` on, if there is one."""
    nearest = context[-FURTHEST:]
    first = next((n for n, post in enumerate(nearest) if post.position % STEP == 0), 0)
    return nearest[first:]


class Extractor:
    """Finds the claims of posts about one topic. Pure: the same post and context give the same sightings."""

    def __init__(self, topic: Topic) -> None:
        parser()  # now, and not with the first post
        self._topic = topic
        self._framer = Framer(topic)
        self._names = Names(topic)
        self._speakers = Speakers(self._names)
        # A thread's posts come one after another: what is known after the last is known for the next.
        self._after = lru_cache(maxsize=THREADS)(self._folded)

    def extract(self, post: Post, context: Sequence[Post]) -> tuple[Sighting, ...]:
        """The sightings of `post`, in the order of its text; `context` are its thread's earlier posts, in order."""
        thread = self._after(tuple(earlier.text for earlier in _aligned(context)))
        out: dict[tuple[int, int], Sighting] = {}
        wire = dateline((*(earlier.text for earlier in context), post.text), self._topic)
        owner = self._topic.owner(post.channel)
        own_voice = of_entity(owner) if owner is not None else OUTLET
        for start, end in paragraphs(post.text):
            analysis = analyse(post.text[start:end])
            thread, speakers, publishers = self._speakers.fold(analysis, thread)
            for found in self._claims(analysis, speakers, publishers, post, thread.under):
                who = own_voice if found.who is OUTLET else found.who
                sighting = self._sighting(replace(found, who=who), post, start, wire)
                out.setdefault((sighting.start, sighting.end), sighting)
        return tuple(out[at] for at in sorted(out))

    def expect(self, posts: Sequence[Post]) -> None:
        """Parses posts that come next together. Long ones gain nothing by it, and the others would wait for them."""
        read_ahead([post.text for post in posts if len(post.text) <= SHORT])

    # --- who speaks

    def _folded(self, texts: tuple[str, ...]) -> Thread:
        """What is known after these posts of a thread: its speakers, titles, an open quote."""
        if not texts:
            return Thread()
        thread = self._after(texts[:-1])
        for start, end in paragraphs(texts[-1]):
            thread, _, _ = self._speakers.fold(analyse(texts[-1][start:end]), thread)
        return thread

    # --- claims

    def _claims(
        self,
        analysis: Analysis,
        speakers: Sequence[tuple[Statement, Who | None]],
        publishers: Mapping[int, Who],
        post: Post,
        under: Who | None,
    ) -> Iterator[Found]:
        reading = analysis.reading
        for n, sentence in enumerate(reading.sentences):
            if worth.corrects(text_of(sentence.doc)):
                continue
            here = [(s, who) for s, who in speakers if s.sentence == n]
            shown = analysis.pictures[n]
            if shown is not None:
                here = [(s, who) for s, who in here if s.beside is None or s.beside.cue not in shown.inner]
                content = _before_frames(sentence.doc, shown.content, [s for s, _ in here])
                shown = replace(shown, content=content) if content is not None else None
            if shown is not None:
                yield from self._pictures(sentence, shown, publishers.get(n))
            for statement, who in here:
                yield from self._said(statement, who, sentence, reading, post)
            for span in analysis.own[n]:
                if shown is None or span[1] <= shown.content[0] or span[0] >= shown.content[1]:
                    if under is not None and reading.author is None:
                        yield from self._under(sentence, span, under, reading)
                    else:
                        yield from self._outlet(sentence, span, reading, post, analysis.frames[n])

    def _pictures(self, sentence: Sentence, shown: Footage, who: Who | None) -> Iterator[Found]:
        span = trim(sentence, shown.content)
        if span is None:
            return
        piece = sentence.doc[span[0] : span[1]]
        if (
            events.of(piece)
            and not worth.is_boilerplate(text_of(sentence.doc))
            and worth.attributed(piece, named=self._named(piece))
        ):
            cue = sentence.doc[shown.cue].lemma_
            via = _platform(text_of(sentence.doc)) if who is not None else None
            yield Found(sentence, span, who or OUTLET, None, via, cue, stance(piece, None, None))

    def _said(
        self, statement: Statement, who: Who | None, sentence: Sentence, reading: Reading, post: Post
    ) -> Iterator[Found]:
        frame = statement.frame
        if frame is not None and frame.kind == "heading" and who is None:
            whole = statement.spans[0] if frame.lemma == ":" else (0, len(sentence.doc))
            yield from self._outlet(sentence, whole, reading, post)
            return
        here = statement.beside
        cue = frame.lemma if frame is not None else None
        via = self._via(reading.sentences[statement.frame_in], frame) if frame is not None else None
        for whole in rejoined(sentence, statement.spans):
            for n, span in enumerate(split(sentence, whole, heading=reading.heading)):
                gapped = n > 0 and gap_at(sentence.doc, span[0], span[1]) is not None
                if not gapped and not self._worth_saying(statement, sentence, span, post):
                    continue
                # what is announced, ordered or denied reads on with its cue alone
                cued = _with_cue(here, span) if here is not None and n == 0 else span
                how = stance(sentence.doc[cued[0] : cued[1]], here, _next(reading, sentence))
                kept = self._without_status(sentence, cued)
                yield Found(sentence, kept, who or OUTLET, frame, via, cue, how)

    def _worth_saying(self, statement: Statement, sentence: Sentence, span: Span, post: Post) -> bool:
        frame = statement.beside
        piece = sentence.doc[span[0] : span[1]]
        named = self._named(piece)
        if statement.quoted or self._in_quote(sentence, span):
            return worth.quoted(piece, named=named)
        if frame is not None and frame.kind in _WITH_CUE:
            cued = _with_cue(frame, span)
            piece = sentence.doc[cued[0] : cued[1]]
            told = sentence.doc[min(frame.region[0], cued[0]) : cued[1]]
            # that somebody has denied it previously is the same denial
            text = text_of(told).replace("previously", "") if frame.stance is Stance.DENIED else text_of(told)
            past = worth.background(text, post.published_at)
            return worth.attributed(piece, named=named) and not past
        denied = frame is not None and frame.kind == "forward" and frame.stance is Stance.DENIED
        return worth.attributed(piece, named=named) or (denied and has_verb(sentence, span))

    def _in_quote(self, sentence: Sentence, span: Span) -> bool:
        return all(sentence.quotes[i] >= 0 for i in range(*span) if sentence.doc[i].is_alpha)

    def _signed(self, sentence: Sentence, whole: Span, author: str) -> Iterator[Found]:
        """The claims of a pasted tweet, which are its author's."""
        name = author.rpartition(" (@")[0]
        who = self._speakers.labelled(author) or Who(name, slug(name) or "unknown", "person")
        for span in split(sentence, whole):
            piece = sentence.doc[span[0] : span[1]]
            if worth.quoted(piece, named=self._named(piece)):
                yield Found(sentence, span, who, None, "Twitter", None, stance(piece, None, None))

    def _under(self, sentence: Sentence, whole: Span, under: Who, reading: Reading) -> Iterator[Found]:
        """The claims of a paragraph or a list's line, which are those of the speaker whom the line above names."""
        for span in split(sentence, whole, heading=reading.heading):
            piece = sentence.doc[span[0] : span[1]]
            if worth.attributed(piece, named=self._named(piece)):
                how = stance(piece, None, _next(reading, sentence))
                yield Found(sentence, self._without_status(sentence, span), under, None, None, ":", how)

    def _outlet(
        self, sentence: Sentence, whole: Span, reading: Reading, post: Post, frames: Sequence[Attribution] = ()
    ) -> Iterator[Found]:
        if reading.author is not None:
            yield from self._signed(sentence, whole, reading.author)
            return
        told_of = past_mark(sentence, whole) if reading.heading else _past_time(sentence, whole)
        if told_of is None:
            return
        whole = told_of
        if not reading.heading and not has_subject(sentence, whole) and not self._flash(sentence, reading):
            return
        told = False
        heading = reading.heading or self._flash(sentence, reading)
        pieces = split(sentence, whole, heading=reading.heading)
        if any(_cuts(begin, frame) for begin, _ in pieces for frame in frames):
            pieces = (trim(sentence, whole) or whole,)
        for span in pieces:
            piece = sentence.doc[span[0] : span[1]]
            if self._about_itself(piece, post):
                continue
            gapped = told and gap_at(sentence.doc, span[0], span[1]) is not None
            told = gapped or worth.own(piece, post.published_at, heading=heading, named=self._named(piece))
            if told:
                how = stance(piece, None, _next(reading, sentence))
                yield Found(sentence, self._without_status(sentence, span), OUTLET, None, None, None, how)

    def _flash(self, sentence: Sentence, reading: Reading) -> bool:
        """Whether it is a toll ("Five wounded in N.") or begins a paragraph as channels flash news: "Fire in N."."""
        whole = sentence.doc[:]
        if len(whole) > LONGEST_FLASH:
            return False
        if worth.toll(whole):
            return True
        if sentence is not reading.sentences[0] or any(t.tag_ in VERBAL for t in whole):
            return False
        return self._named(whole) and any(whole.root.i in hit.parts for hit in events.of(whole))

    def _about_itself(self, piece: Tokens, post: Post) -> bool:
        """Whether the outlet is its own subject: "Reuters received the video"."""
        subject = next((c for c in piece.root.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        if subject is None:
            return False
        name = slug(piece.doc[subject.left_edge.i : subject.i + 1].text).removeprefix("the-")
        oneself = subject.lower_ in {"we", "i"} and not facts.acts(piece.root)  # "we took out 900 people"
        return oneself or name in {slug(post.carrier), slug(post.channel)}

    def _without_status(self, sentence: Sentence, span: Span) -> Span:
        """The span without ", though this was not verified" or ", but gave no details" at its end."""
        piece = sentence.doc[span[0] : span[1]]
        at = worth.remark_at(text_of(piece))
        if not at:
            return span
        stop = piece[0].idx + at
        last = next((t.i for t in piece if t.idx >= stop), span[1])
        return trim(sentence, (span[0], last)) or span

    def _via(self, sentence: Sentence, frame: Attribution) -> str | None:
        """Where it was said, or who passed it on."""
        inside = {i for span in frame.content for i in range(*span)}
        outside = " ".join(t.text if t.i not in inside else "\x00" for t in sentence.doc)
        platform = _platform(outside)
        if platform is not None:
            return platform
        passed = frame.relay or hearer(sentence, frame)
        relay = resolve(sentence, passed, Thread(), self._names) if passed not in {None, frame.source} else None
        if relay is None or (frame.relay is None and not carries(relay)):
            return None
        return relay.name

    def _named(self, piece: Tokens) -> bool:
        return bool(self._names.mentions(text_of(piece)))

    # --- sightings

    def _sighting(self, found: Found, post: Post, paragraph: int, wire: str | None) -> Sighting:
        first, last = found.sentence.chars(*found.span)
        start, end = paragraph + first, paragraph + last
        text = post.text[start:end]
        piece = found.sentence.doc[found.span[0] : found.span[1]]
        offset = post.offset + paragraph + found.sentence.start
        mentions = self._names.mentions(text)
        credited = credit(text_of(found.sentence.doc), self._topic) or wire or outlet(post.carrier, self._topic)
        return Sighting(
            id=digest(post.id, post.offset + start, post.offset + end),
            post_id=post.id,
            source=post.source,
            platform=post.platform,
            channel=post.channel,
            outlet=post.carrier,
            url=post.url,
            published_at=post.published_at,
            received_at=post.received_at,
            thread=post.thread,
            doc=post.doc,
            start=post.offset + start,
            end=post.offset + end,
            text=text,
            claimant=found.who.name,
            claimant_key=found.who.key,
            via=found.via,
            cue=found.cue,
            credit=credited if credited != post.carrier else None,
            stance=found.stance,
            places=_names(mentions, {"place"}),
            actors=_names(mentions, {"person", "group", "agency", "government"}),
            figures=figures(piece, self._topic, offset),
            frame=self._framer.frame(
                piece, claimant_key=found.who.key, denied=found.stance is Stance.DENIED, offset=offset
            ),
        )


def _cuts(at: int, frame: Attribution) -> bool:
    """Whether a piece that begins here would hold half of what somebody else says in a relative clause."""
    return frame.kind == "relative" and any(a < at < b for a, b in frame.content)


def _with_cue(frame: Attribution, span: Span) -> Span:
    """The tokens that are announced, ordered or denied with the cue beside them, and behind N with all its clause."""
    if frame.kind not in _WITH_CUE:
        return span
    if frame.kind == "passive" and abs(frame.region[0] - span[1]) <= 1:
        return span[0], frame.region[1]
    return (min(frame.cue, span[0]), span[1]) if abs(span[0] - frame.region[1]) <= 1 else span


def _past_time(sentence: Sentence, whole: Span) -> Span | None:
    """Behind the "a day after" with which an outlet goes on after what somebody said; None where that is long ago."""
    doc = sentence.doc
    begin = next((i for i in range(*whole) if not doc[i].is_punct), whole[0])
    told = time_told(doc[begin]) if begin else None
    if told is None or told >= whole[1]:
        return whole
    measure = next(token.lower_ for token in doc[begin:told] if token.lower_ in TIMES)
    return (told, whole[1]) if measure in _RECENT else None


def _platform(text: str) -> str | None:
    """The platform that a text names as the place where something was said."""
    found = _PLATFORM.search(text) or _PLATFORM_ANYWHERE.search(text)
    return next(group for group in found.groups() if group).replace("tweet", "Twitter") if found is not None else None


def _next(reading: Reading, sentence: Sentence) -> Tokens | None:
    """The next sentence of the paragraph."""
    behind = next((other for other in reading.sentences if other.start >= sentence.end), None)
    return behind.doc[:] if behind is not None else None


def _before_frames(doc: Doc, span: Span, statements: Sequence[Statement]) -> Span | None:
    """The span up to the first frame within it, or to who speaks there; None when a frame has it all."""
    first, last = span
    for statement in statements:
        frame = statement.beside
        if frame is None:
            continue
        begin = min(frame.region[0], *(a for a, _ in frame.content))
        source = doc[slice(*(frame.source or (0, 0)))]
        if len(source) and source.start >= first and source.root.lemma_.lower() not in cues.FOOTAGE:
            begin = min(begin, source.start)
        if begin <= first < max(frame.region[1], *(b for _, b in frame.content)):
            return None
        if first < begin < last:
            last = begin
    return (first, last) if last - first >= 4 else None


def _names(mentions: Sequence[Mention], kinds: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.entity.name for m in mentions if m.entity.kind in kinds))
