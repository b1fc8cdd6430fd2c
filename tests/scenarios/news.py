"""Feeds of the stories' own: a dozen short posts, each with a claim of its own about another town."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGINNING = datetime(2023, 5, 22, 17, 0, tzinfo=UTC)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
TOWNS = (
    "Kozinka",
    "Graivoron",
    "Shebekino",
    "Gora-Podol",
    "Glotovo",
    "Novaya Tavolzhanka",
    "Valuyki",
    "Borisovka",
    "Rakitnoye",
    "Zhuravlyovka",
    "Nekhoteyevka",
    "Murom",
)
STATEMENTS = tuple(
    f"Vyacheslav Gladkov said {number} houses were destroyed in {town} by shelling from Ukraine."
    for number, town in zip(NUMBERS, TOWNS, strict=True)
)


def posts(texts: Iterable[str] = STATEMENTS, *, every: timedelta = timedelta(minutes=1)) -> list[dict[str, Any]]:
    """One post a text, of one channel, so far apart."""
    return [
        {
            "id": f"post-{number}",
            "published_at": (BEGINNING + number * every).isoformat(),
            "channel": "local-news",
            "text": text,
        }
        for number, text in enumerate(texts)
    ]


def write(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """A feed file of these posts."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
