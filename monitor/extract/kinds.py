"""General words of news English that stand for one another, read once from `kinds.yaml`."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from spacy.tokens import Token

from monitor.extract import events

PEOPLE = frozenset({"fighter", "soldier", "civilian", "prisoner", "rescuer", "official"})
"""The kinds that are people."""


class Terms(NamedTuple):
    """The lists of `kinds.yaml`; `kind` maps a lemma to what it is a kind of."""

    kind: dict[str, str]
    dissidents: frozenset[str]
    armed: frozenset[str]
    infiltrators: frozenset[str]
    light: frozenset[str]
    judging: frozenset[str]
    meaning: frozenset[str]
    planned: frozenset[str]
    continuing: frozenset[str]
    ended: frozenset[str]
    background: frozenset[str]


@cache
def terms() -> Terms:
    """The lists, read once."""
    raw = yaml.safe_load(files(__package__).joinpath("kinds.yaml").read_text("utf-8"))
    kinds = {word: kind for kind, words in raw["kinds"].items() for word in words.split()}
    return Terms(kind=kinds, **{name: frozenset(raw[name].split()) for name in Terms._fields if name != "kind"})


def kind_of(token: Token) -> str:
    """What the noun is a kind of, else its lemma."""
    lemma = events.lemma_of(token)
    return terms().kind.get(lemma) or terms().kind.get(token.lower_) or lemma
