"""A post's text as sentences with their parses, at the offsets of the text itself.

    prepare      marks of all kinds made plain, one character for one: offsets stay
    paragraphs   the lines of a post, hard-wrapped ones joined
    read         a paragraph: sentences, each with one parse, and where it is quoted

All of it is pure; `read` remembers by text (at most `REMEMBERED` paragraphs). What is read is bounded: of a paragraph
the first `MOST_CHARACTERS`, of a sentence the first `LONGEST_SENTENCE` characters, of a post the first
`MOST_PARAGRAPHS` paragraphs; what lies behind is not parsed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc

from monitor.extract import cues, events
from monitor.extract.mending import mend
from monitor.extract.parser import parse, parse_ahead
from monitor.extract.vocabulary import words

REMEMBERED = 1024
MOST_CHARACTERS = 12_000
MOST_PARAGRAPHS = 400
LONGEST_SENTENCE = 900

_DOUBLE = '"“”„‟«»″'
_SINGLE = "'‘’‚‛`´′"
_PLAIN = str.maketrans(
    dict.fromkeys(
        "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", " "
    )
    | {"…": ".", "\u00a0": " ", "\u202f": " ", "‑": "-", "\u2010": "-", "−": "-"}
    | {chr(code): " " for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) != "\n"}
    | {chr(code): "\ufffd" for code in range(0xD800, 0xE000)}  # half a pair, which the parser refuses
)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,300}>")
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.me/)\S+")
_FOOTNOTE = re.compile(r"(?<=[\w.,;:!?\"'”’)\]])\[\d{1,3}\]")
_DASH = re.compile(r"(?<=\s)[-–—―]{1,3}(?=\s)|(?<=\w)[–—―](?=\w)|(?<=\s)[–—―](?=\w)|(?<=\w)[–—―](?=\s)")
# double quotation marks made of two; 35'12'' is a place on the map
_PAIR = re.compile(r"(?P<opens>(?<![\w'`])(?:''|``)(?=[\w\"'\[(#-]))|(?<!\d)(?:''|``)(?!['`])")
# of "the US think tank writes" the parser makes a verb
_JOINED = re.compile(r"\b((?:the|an?|this|its|\w+-based)\s(?:[\w.-]+\s){0,2}think)\s(?=tank\b)", re.IGNORECASE)
_WORDCHAR = re.compile(r"\w")

# a mark made of two has a space within
_STOP = re.compile(r"[.!?]+(?: \"(?=\s|$)|[\"')\]])*(?=\s+(?:\" |[\"'(\[#@])*[A-Z0-9À-ÞЀ-Я])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt|Maj|Capt|Cpl|Cmdr|Adm|Brig|Rev|Hon|Prof|Sen|Rep|Gov|GOV|GEN|COL|Pres|St|vs|No|Nos|Jan|Feb"
    r"|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|est|Inc|Ltd|Co|Corp|Sq|km|cf|etc|al)"
    r"|\b(?:[A-WYZ]|(?<!\bon )(?<!\bvia )X)|\b[a-z]\.[a-z])$"
)
_ZONE = re.compile(
    r"\s*(?:[A-Z]{2,4}\b|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:[A-Z][a-z]+ )?(?:[Tt]ime|[Ss]tandard)\b"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z.]*\b)"
)
_ONLY_WHEN = re.compile(
    r"\W*(?:\w+ ){0,3}(?:[Aa]t|[Aa]round|[Bb]y|[Aa]bout|[Ff]rom|[Bb]efore|[Aa]fter|[Uu]ntil) [\d:. ]+\w?[ap]\.m$"
)
_SPEECH_TAIL = re.compile(
    r"\s*(?:\w[\w'.-]*\s+){1,5}(?:said|says|wrote|writes|added|told|asked|posted|tweeted|declared|stated)\b"
)
_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Z.' ]{2,30}(?:[/,] ?[A-Z][\w.' ]{1,20}){0,3},? ?"
    r"(?:\([A-Za-z][\w /.-]{1,30}\))? ?[,-]{1,2} (?=[A-Z\"]))"
    r"|\s*(?:[A-Z][\w.'/-]*,? (?:[A-Z\d][\w.'/-]*,? ){0,3})?"
    r"\((?:Reuters|AP|AFP|UPI|Bloomberg|CNN|dpa|DPA|EFE|ANSA|PA|AAP|TASS|Xinhua|Anadolu|Kyodo|Yonhap|Ukrinform"
    r"|Interfax(?:-[A-Z][a-z]+)?|RIA Novosti)\) ?[,-]{1,2} "
)
_LABEL = re.compile(
    r"\s*(?:#(?:breaking|update|urgent)\b:?\s*"
    r"|(?:details|updated?|previously|background|literally|for reference|breaking|exclusive|watch|live|video"
    r"|photos?|in pictures|just in|new|note|context|reminder|why it matters|more details|earlier|date \d[\d-]+"
    r")\s*(?::|\||,(?= \w+ \w+ \w+))\s*"
    r"|[a-z][\w' -]{2,40} (?:live|latest|live updates|live blog): "
    r"|(?:if|in case) you(?:'re| are) just joining us: "
    r"|\[\d{1,2}:\d\d\] |upd(?:ate)?:\s*"
    r"|\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\.?|GMT|BST|CET|EEST|MSK|UTC)?\s*(?:[,:|]|(?=[A-Z]))\s*"
    r"|(?:[-–—*•>]+|\d{1,2}(?:[.)]|/\d{0,2})(?=\s+\D))\s+|(?:[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]+\s*)+)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:(?:[-–—*•>]+|\d{1,2}[.)](?=\s+\D))\s+|[\u2190-\u2bff\U0001f000-\U0001faff])")
_SIGNATURE = re.compile(r"\s[-–—]+\s*(?P<who>[^\n]{1,80}?\s\(@\w{1,30}\))\s*(?:\w+ \d{1,2}, \d{4})?\s*$")
_TITLE_WORD = re.compile(r"(?<=[ ,'\"])[A-Z][a-z]+\b")
_COMMON = words(
    """
    a an the and or but of in on at to from by for with as after before over into out up down off amid near across
    inside outside against between is are was were be been has have had will would could not no its their his her it
    he she they thousands hundreds dozens people residents troops forces fighters soldiers border village town
    villages towns more than least still now new two three four five six seven eight nine ten some many several rare
    major
    """
)
_SOURCE_LINE = re.compile(r"\s*source: (?P<who>[A-Z][^:;\"]{2,120})$", re.IGNORECASE)
_POSTER_LINE = re.compile(
    r"\s*(?P<who>(?:[A-Z][\w.'’-]*\s){1,5})\(?@\w{2,30}\)?(?:\s*[·•|,-]\s*(?:\d|[A-Z][a-z]{2}\b).{0,24})?\s*$"
)
_TITLED_LINE = re.compile(
    r"\s*(?P<who>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){1,4}), (?P<title>[^:.!?\"]{3,70}), \d{1,2}[:.]\d\d\s*$"
)
_SPEAKER_LABEL = re.compile(
    r"\s*(?:quote|source|quotation|citing)(?:\s+(?:from|by|of))?\s*(?P<who>[^:\"]{0,90}):\s*", re.I
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What stands between quotation marks: `start`, `end` without the marks. Not `closed`: to the paragraph's end."""

    start: int
    end: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: token i of `doc` begins at `start + doc[i].idx` of the paragraph.

    `quotes` tells for each token which quote of the paragraph it stands in (-1: none).
    """

    start: int
    end: int
    doc: Doc
    quotes: tuple[int, ...]

    def chars(self, first: int, last: int) -> tuple[int, int]:
        """The characters in the paragraph of the tokens `first`..`last` (end exclusive)."""
        token = self.doc[last - 1]
        return self.start + self.doc[first].idx, self.start + token.idx + len(token.text)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A paragraph before it is parsed. `text` is the prepared text, of the same length; `spans` are its sentences.

    `label` is the speaker that a label names. `heading`: a line without a full stop at its end. `listed`: it begins
    with a list's mark. `author`: who signed a pasted tweet ("— Name (@handle) date"). `poster`: who wrote what stands
    below the line ("Name @handle · 15:46"). `dashes` are the places of dashes that became commas.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    quotes: tuple[Quote, ...]
    heading: bool
    label: str | None
    dashes: frozenset[int]
    author: str | None
    poster: str | None
    listed: bool


@dataclass(frozen=True, kw_only=True)
class Reading(Page):
    """A paragraph as read."""

    sentences: tuple[Sentence, ...]


def prepare(text: str) -> str:
    """The same text, character by character, with plain marks.

    Tags, addresses and the numbers of footnotes become spaces, quotation marks of all kinds and pairs of apostrophes
    `"`, apostrophes `'`, dashes between words commas; "think tank" gets a hyphen.
    """
    plain = text.translate(_PLAIN)
    for pattern in (_TAG, _ADDRESS, _FOOTNOTE):
        plain = pattern.sub(lambda found: " " * len(found.group()), plain)
    plain = _PAIR.sub(lambda found: '" ' if found["opens"] else ' "', plain)
    plain = _JOINED.sub(r"\1-", plain)
    plain = _DASH.sub(lambda found: "," + " " * (len(found.group()) - 1), plain)
    return _marks(plain)


def _marks(text: str) -> str:
    """Quotation marks made `"` and apostrophes `'`."""
    if not any(mark in text for mark in _DOUBLE + _SINGLE):
        return text
    out = list(text)
    singles = 0
    for at, char in enumerate(text):
        if char in _DOUBLE:
            out[at] = '"'
        elif char in _SINGLE:
            before, after = text[at - 1 : at], text[at + 1 : at + 2]
            word_before, word_after = bool(_WORDCHAR.match(before)), bool(_WORDCHAR.match(after))
            if word_before and word_after:
                out[at] = "'"
            elif not word_before and not before.strip(" ([\"'“‘,") and (word_after or after in _DOUBLE + ".["):
                opens = char != "’" and (at == 0 or char == "‘" or _closes_later(text, at + 1))
                out[at] = '"' if opens else "'"
                singles += opens
            elif singles and not (before == "s" and after == " " and _closes_later(text, at + 1)):
                out[at] = '"'
                singles -= 1
            else:
                out[at] = "'"
    return "".join(out)


def _closes_later(text: str, at: int) -> bool:
    """Whether a single mark closes behind `at`, before the line ends."""
    return bool(re.compile(r"[^\n]{1,600}?[^\s'‘][’'](?!\w)").match(text, at))


def quotes(text: str) -> tuple[Quote, ...]:
    """The outermost quoted stretches of a prepared paragraph."""
    found: list[Quote] = []
    depth, start = 0, 0
    for at, char in enumerate(text):
        if char != '"':
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if not before.strip() and not after.strip():
            opens = depth == 0  # a mark with space on both sides
        else:
            opens = (not before.strip(" ([,'-:/")) and bool(after.strip()) and after not in ",.;:)"
        if opens and depth < 3:
            if depth == 0:
                start = at + 1
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                found.append(Quote(start, at, True))
    if depth:
        found.append(Quote(start, len(text), False))
    return tuple(quote for quote in found if quote.end > quote.start)


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs of a post stand: its lines, those that a hard wrap cut joined."""
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    width = [end - start for start, end in lines]
    wrapped = len(lines) >= 4 and sum(45 <= w <= 100 for w in width) >= 0.7 * len(lines) and max(width) <= 110
    current: tuple[int, int] | None = None
    count = 0
    for start, end in lines:
        if current is not None:
            gap = text[current[1] : start]
            open_end = text[current[1] - 1] not in '.!?:"”’…'
            begins_small = text[start : start + 1].islower()
            if gap.count("\n") == 1 and open_end and (begins_small or wrapped):
                current = (current[0], end)
                continue
            if gap.count("\n") == 1 and wrapped:
                current = (current[0], end)
                continue
            yield current
            count += 1
            if count >= MOST_PARAGRAPHS:
                return
        current = (start, end)
    if current is not None:
        yield current


def read_ahead(texts: Iterable[str]) -> None:
    """Parses these texts together, for the calls of `read` that follow: it takes little more than half the time."""
    pages = [_page(text[start:end]) for text in texts for start, end in paragraphs(text)]
    parse_ahead([page.text[start:end] for page in pages for start, end in page.spans])


@lru_cache(maxsize=REMEMBERED)
def read(paragraph: str) -> Reading:
    """The paragraph's sentences, parsed. Offsets are those of `paragraph`."""
    page = _page(paragraph)
    docs = parse([page.text[start:end] for start, end in page.spans])
    sentences = tuple(_sentence(page, start, end, doc) for (start, end), doc in zip(page.spans, docs, strict=True))
    return Reading(**vars(page), sentences=sentences)


def _sentence(page: Page, start: int, end: int, doc: Doc) -> Sentence:
    quoted = tuple(_quote_at(page.quotes, start + token.idx) for token in doc)
    mend(doc, quoted)
    return Sentence(start, end, doc, quoted)


@lru_cache(maxsize=REMEMBERED)
def _page(paragraph: str) -> Page:
    text = prepare(paragraph[:MOST_CHARACTERS]).replace("\n", " ")
    label = None
    begin = 0
    for pattern in (_DATELINE, _LABEL, _SPEAKER_LABEL):
        found = pattern.match(text, begin)
        if found and found.end() < len(text):
            begin = found.end()
            if pattern is _SPEAKER_LABEL:
                label = found.group("who").strip() or None
    source = _SOURCE_LINE.match(text)
    if source:
        label, begin = source.group("who").strip(), len(text)
    line = _POSTER_LINE.match(text) or _titled_line(text)
    poster = line.group("who").strip() if line else None
    if line:
        begin = len(text)
    author = None
    signature = _SIGNATURE.search(paragraph[:MOST_CHARACTERS])
    if signature:
        author = signature.group("who").strip()
        text = text[: signature.start()] + " " * (len(text) - signature.start())
    quoted = quotes(text)
    spans = tuple(_sentences(text, begin, quoted))
    heading = not re.search(r"[.!?:;…][\"')\]]*\s*$", paragraph[-12:]) and len(paragraph) < 220 and len(spans) <= 2
    if heading:
        text = _TITLE_WORD.sub(_lowered, text) if _titled(text) else text
    dashes = frozenset(
        found.start() for found in re.finditer("[-–—―]", paragraph) if text[found.start() : found.start() + 1] == ","
    )
    return Page(
        text=text,
        spans=spans,
        quotes=quoted,
        heading=heading,
        label=label,
        dashes=dashes,
        author=author,
        poster=poster,
        listed=_BULLET.match(text) is not None,
    )


def _titled_line(text: str) -> re.Match[str] | None:
    """A line of a digest that says who wrote what follows: "Oleg Petrov, head of the Kursk district, 08:14"."""
    line = _TITLED_LINE.match(text)
    titled = line is not None and not cues.ROLE_NOUNS.isdisjoint(line.group("title").lower().split())
    return line if titled else None


def _titled(text: str) -> bool:
    """Whether A Heading Writes Nearly All Its Words Like This."""
    long = re.findall(r"[^\W\d_]{4,}", text)
    return len(long) >= 4 and sum(word[0].isupper() for word in long) >= 0.75 * len(long)


def _lowered(found: re.Match[str]) -> str:
    """A word of such a heading in small letters, when it is one that news reports events or speech with."""
    word = found.group().lower()
    stems = {word, *(word.removesuffix(end) for end in ("s", "es", "d", "ed", "ing") if word.endswith(end))}
    stems |= {stem + "e" for stem in stems} | {stem.removesuffix("i") + "y" for stem in stems if stem.endswith("i")}
    told = (
        word in _COMMON
        or any(events.lookup(stem, pos) for stem in stems for pos in ("VERB", "NOUN"))
        or stems & cues.VERBS.keys()
    )
    return word if told else found.group()


def _sentences(text: str, begin: int, quoted: tuple[Quote, ...]) -> Iterator[tuple[int, int]]:
    start = begin
    opening = {quote.start - 1 for quote in quoted}
    for found in _STOP.finditer(text, begin):
        spaced = text.find(' "', found.start(), found.end())
        end = spaced if spaced >= 0 and spaced + 1 in opening else found.end()
        stop = text[found.start() : end]
        before = text[max(start, found.start() - 12) : found.start()]
        if stop == "." and _ABBREVIATION.search(before) and not _clock_ends(text, start, found):
            continue
        if stop[-1] == '"' and stop[0] in "!?" and _SPEECH_TAIL.match(text, end):
            continue
        yield from _cut(text, start, end)
        start = end
    yield from _cut(text, start, len(text))


def _clock_ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the "a.m." before the stop ends its sentence: no day and no zone follows, and a clause went before."""
    clock = text[max(start, stop.start() - 4) : stop.start()].lower().endswith(("a.m", "p.m"))
    return clock and _ZONE.match(text, stop.end()) is None and not _ONLY_WHEN.match(text[start : stop.start()])


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without the space around it, no longer than a sentence may be; nothing where no letter is."""
    while start < end and text[start].isspace():
        start += 1
    end = min(end, start + LONGEST_SENTENCE)
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(char.isalpha() for char in text[start:end]):
        yield start, end


def _quote_at(quoted: tuple[Quote, ...], at: int) -> int:
    for n, quote in enumerate(quoted):
        if quote.start <= at < quote.end:
            return n
    return -1
