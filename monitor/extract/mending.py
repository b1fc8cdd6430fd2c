"""What the parser sees wrong and the sentence's own marks tell right: applied to each parse as it is read."""

from collections.abc import Sequence

from spacy.tokens import Doc

from monitor.extract import cues

_WITHIN_CLAUSE = frozenset(
    {"nsubj", "nsubjpass", "csubj", "csubjpass", "aux", "auxpass", "neg", "advmod", "npadvmod", "prep", "mark"}
)
"""How a word hangs on the verb of its own clause."""

_NOT_INFINITIVE = frozenset({"ROOT", "parataxis", "relcl", "advcl"})

_SPEECH_ENDS = frozenset({",", ".", "!", "?"})


def mend(doc: Doc, quotes: Sequence[int]) -> None:
    """Changes the parse in place. `quotes` tells for each token which quote it stands in (-1: none)."""
    if any(index >= 0 for index in quotes):
        _part_quotes(doc, quotes)
    _speak(doc)


def _part_quotes(doc: Doc, quotes: Sequence[int]) -> None:
    """Of ""It will, sooner or later," said X" no word of the quote belongs to the clause of "said"."""
    ends = {index: at for at, index in enumerate(quotes) if index >= 0}
    speech = {index for index, at in ends.items() if doc[at].text in _SPEECH_ENDS}
    for token in doc:
        inside = quotes[token.i]
        if inside in speech and quotes[token.head.i] != inside and token.dep_ in _WITHIN_CLAUSE:
            token.dep_ = "dep"


def _speak(doc: Doc) -> None:
    """ "Two aides to X say": with a subject and nothing that asks for an infinitive, a verb of saying is finite."""
    for token in doc:
        if token.tag_ != "VB" or token.dep_ not in _NOT_INFINITIVE or token.lemma_ not in cues.VERBS:
            continue
        before = [child for child in token.children if child.i < token.i]
        if any(child.dep_ == "nsubj" for child in before) and not any(child.dep_ == "aux" for child in before):
            token.tag_ = "VBP"
