"""General words of news English that stand for one another, read once from `kinds.yaml`."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from spacy.tokens import Token

from monitor.extract import events
from monitor.extract.vocabulary import words

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


# Nouns that another noun or an adjective before them makes things of another kind: the nouns, those words, the kind.
_BY_MODIFIER = (
    (words("tank"), words("fuel oil storage water gas diesel petrol"), "plant"),
    (words("tanker"), words("oil crude lng lpg chemical"), "ship"),
    (words("tanker carrier cart"), words("water fuel petrol milk road"), "vehicle"),
    (words("main"), words("water gas sewage"), "pipe"),
    (words("station forecourt"), words("petrol filling fuel gas service"), "filling-station"),
    (words("wagon car"), words("tank fuel railway rail"), "train"),
    (words("building block"), words("residential apartment"), "house"),
    (words("worker crew"), words("rescue emergency aid relief ambulance"), "rescuer"),
)


def kind_of(token: Token) -> str:
    """What the noun is a kind of, by what stands before it where that tells ("fuel tank"), else its lemma."""
    lemma = events.lemma_of(token)
    if lemma == "power" and (token.tag_ == "NNS" or any(c.dep_ == "acl" and c.tag_ == "VB" for c in token.children)):
        return lemma  # to do something, no energy
    for nouns, before, kind in _BY_MODIFIER:
        if lemma in nouns and any(word.lower_ in before for word in token.lefts):
            return kind
    return terms().kind.get(lemma) or terms().kind.get(token.lower_) or lemma
