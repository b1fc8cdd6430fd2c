"""The one table: each number with what the first trial reached, the last release, the floor and the aim."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """A number to reach. `trial`, `floor` and `aim` are None where none is set; some numbers are better when low."""

    set: str
    what: str
    key: str
    trial: float | None = None
    floor: float | None = None
    aim: float | None = None
    low: bool = False
    digits: int = 3

    def reaches(self, value: float, wanted: float) -> bool:
        shown = round(value, self.digits)
        return shown <= wanted if self.low else shown >= wanted


_SCORED = (
    ("overall", "overall"),
    ("extraction F1", "extraction.F1"),
    ("claimant accuracy", "claimant_accuracy"),
    ("B³ F1", "clustering.b3_F1"),
    ("exactly one new", "alerts.exactly_one_new"),
)


def _of_made_up(name: str, group: str) -> Iterator[Row]:
    yield from (Row(name, what, f"{group}.{key}") for what, key in _SCORED)


def _of_set(name: str, *numbers: tuple[float | None, float | None, float | None]) -> Iterator[Row]:
    for (what, key), (trial, floor, aim) in zip(_SCORED, numbers, strict=True):
        yield Row(name, what, f"{name}.{key}", trial, floor, aim)
    yield Row(name, "extraction precision", f"{name}.extraction.precision")
    yield Row(name, "extraction recall", f"{name}.extraction.recall")
    yield Row(name, "whole command, s", f"{name}.seconds", low=True, digits=1)


_NONE = (None, None, None)

ROWS = (
    *_of_set("seeds", (0.83, 0.86, 0.92), _NONE, _NONE, _NONE, (0.60, 0.72, 0.85)),
    *_of_set(
        "wire", (0.69, 0.78, 0.88), (0.76, 0.87, 0.93), (0.83, 0.90, 0.96), (0.77, 0.85, 0.92), (0.54, 0.68, 0.82)
    ),
    *_of_set("dam", (0.59, 0.70, 0.85), (0.64, 0.78, 0.90), _NONE, (0.76, 0.80, 0.88), _NONE),
    Row("the three", "disputes: share found", "together.disputes.share", None, 0.5, 0.8),
    Row("the three", "disputes: spurious", "together.disputes.spurious", None, 6, 2, low=True, digits=0),
    Row("the three", "updates: spurious", "together.updates.spurious", None, 3, 0, low=True, digits=0),
    Row("the three", "figures right", "together.figures", None, 0.95, 1.0),
    Row("firehose", "recall", "firehose.recall", None, 0.93, 0.98),
    Row("firehose", "precision", "firehose.precision", None, 0.90, 0.98),
    Row("firehose", "relevance of 4,606 posts, s", "firehose.seconds", low=True, digits=1),
    Row("distractors", "sightings in 12 articles", "distractors.sightings", 0, 2, 0, low=True, digits=0),
    Row("PolNeAR dev", "attribution, all", "polnear.all", 0.505, 0.50, 0.58),
    Row("PolNeAR dev", "attribution, speech", "polnear.speech", 0.641, 0.63, 0.72),
    Row("shootings dev", "B³ F1, first 400", "sample.B3"),
    Row("shootings dev", "B³ F1, all 1,880", "shootings.B3", None, 0.920, 0.940),
    Row("shootings dev", "B³ F1, the second half of them", "shootings.half.B3"),
    Row("held out", "B³ F1, made on the others: seeds", "held.seeds"),
    Row("held out", "B³ F1, made on the others: wire", "held.wire"),
    Row("held out", "B³ F1, made on the others: dam", "held.dam"),
    Row("held out", "B³ F1, mean of the three", "held.mean", None, 0.82, 0.90),
    *_of_made_up("made up, looked at", "made_up.looked"),
    *_of_made_up("made up, never looked at", "made_up.new"),
    Row("paraphrases", "B³ F1, looked at", "paraphrases.looked"),
    Row("paraphrases", "B³ F1, never looked at", "paraphrases.new"),
    Row("paraphrases", "the same, if nothing were grouped", "paraphrases.alone"),
    Row("one post", "280 characters, median ms", "post.ms", None, 12, 6, low=True, digits=1),
    Row("one post", "the quickest of nine rounds, median ms", "post.undisturbed.ms", low=True, digits=1),
    Row("one post", "one of eight that wait, median ms", "post.waiting.ms", low=True, digits=1),
)


def table(now: Mapping[str, float], last: Mapping[str, float], *, version: str, release: str | None) -> list[str]:
    """The lines of a Markdown table of the numbers that there are."""
    head = ["", "", "trial", release or "no release yet", version, "floor", "aim", ""]
    rows = [[row.set, row.what, *cells(row, now, last)] for row in ROWS if row.key in now]
    return aligned([head, *(plain(rows))])


def cells(row: Row, now: Mapping[str, float], last: Mapping[str, float]) -> list[str]:
    value = now[row.key]
    texts = [shown(row, one) for one in (row.trial, last.get(row.key), value, row.floor, row.aim)]
    return [*texts, standing(row, value)]


def standing(row: Row, value: float) -> str:
    if row.floor is None or row.aim is None:
        return ""
    return "aim" if row.reaches(value, row.aim) else "floor" if row.reaches(value, row.floor) else "NOT REACHED"


def shown(row: Row, value: float | None) -> str:
    return "" if value is None else f"{value:.{row.digits}f}"


def plain(rows: Sequence[list[str]]) -> list[list[str]]:
    """Each set named once, where it begins."""
    return [[row[0] if n == 0 or rows[n - 1][0] != row[0] else "", *row[1:]] for n, row in enumerate(rows)]


def aligned(rows: Sequence[Sequence[str]], left: int = 2) -> list[str]:
    """Markdown that reads as a table in a terminal, too; so many columns are words, the others numbers."""
    widths = [max(3, *(len(row[n]) for row in rows)) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        texts = [
            text.ljust(width) if n < left else text.rjust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(texts) + " |")
    rule = ["-" * width if n < left else "-" * (width - 1) + ":" for n, width in enumerate(widths)]
    return [lines[0], "| " + " | ".join(rule) + " |", *lines[1:]]


def missed(now: Mapping[str, float]) -> list[str]:
    """The rows whose floor is not reached, in words."""
    return [
        f"{row.set}: {row.what} is {shown(row, now[row.key])}, {shown(row, row.floor)} is asked"
        for row in ROWS
        if row.key in now and standing(row, now[row.key]) == "NOT REACHED"
    ]
