"""What the parser sees wrong and the sentence's own marks tell right: applied to each parse as it is read."""

from collections.abc import Sequence

from spacy.tokens import Doc, Token

from monitor.extract import cues
from monitor.extract.tags import FINITE, SUBJECTS

_SUBJECTS = frozenset({*SUBJECTS, "expl"})
_WITHIN_CLAUSE = frozenset({*SUBJECTS, "aux", "auxpass", "neg", "advmod", "npadvmod", "prep", "mark"})
"""How a word hangs on the verb of its own clause."""

_NOT_INFINITIVE = frozenset({"ROOT", "parataxis", "relcl", "advcl"})

_SPOKEN = frozenset({"say", "tell", "report", "write", "claim", "state", "add"})

_PLAINLY = _SPOKEN - {"tell"} | {"deny", "confirm", "announce", "admit", "insist", "believe"}
"""The object of these is what is said, never who hears it."""

_LAST = frozenset({"ROOT", "advcl", "acl", "relcl", "conj", "parataxis"})

_OPENING = frozenset({"in", "near", "at", "on", "outside", "inside", "over", "across", "around"})

_LONGEST_PLACE = 8

_NEAREST = 4

_SPEECH_ENDS = frozenset({",", ".", "!", "?"})


def mend(doc: Doc, quotes: Sequence[int]) -> None:
    """Changes the parse in place. `quotes` tells for each token which quote it stands in (-1: none)."""
    if any(index >= 0 for index in quotes):
        _part_quotes(doc, quotes)
    _inside(doc)
    _open(doc)
    _listed(doc)
    _speak(doc)
    _close(doc)
    _cite(doc)
    _again(doc)
    _own_subject(doc)
    _called_so(doc)
    _past_relative(doc)


def _hang(token: Token, head: Token, dep: str) -> bool:
    """Hangs the token on the head, unless the head hangs on the token itself: the parse stays a tree."""
    if token == head or token.is_ancestor(head):
        return False
    token.head, token.dep_ = head, dep
    return True


def _part_quotes(doc: Doc, quotes: Sequence[int]) -> None:
    """Of ""It will, sooner or later," said X" no word of the quote belongs to the clause of "said"."""
    ends = {index: at for at, index in enumerate(quotes) if index >= 0}
    speech = {index for index, at in ends.items() if doc[at].text in _SPEECH_ENDS}
    for token in doc:
        inside = quotes[token.i]
        if inside in speech and quotes[token.head.i] != inside and token.dep_ in _WITHIN_CLAUSE:
            token.dep_ = "dep"


def _speak(doc: Doc) -> None:
    """ "Two aides to X say": with a subject and nothing that asks for an infinitive, a verb of saying is finite.

    So is one that looks like a noun behind a bracket: "channels (Baza, Mash) report that".
    """
    _invert(doc)
    for token in doc:
        if token.lower_ == "hurt" and token.tag_ == "NN" and token.i and token.nbor(-1).like_num:
            token.tag_, token.pos_ = "VBN", "VERB"  # "two killed and five hurt"
        if token.tag_ in {"NN", "NNS"} and token.dep_ == "ROOT" and token.lemma_ in cues.VERBS:
            told = {child.dep_ for child in token.children if child.dep_ != "advcl" or _that(child)}
            if "nsubj" in told and told & {"ccomp", "advcl"}:
                token.tag_, token.pos_ = "VBP" if token.tag_ == "NN" else "VBZ", "VERB"
            continue
        if token.tag_ != "VB" or token.dep_ not in _NOT_INFINITIVE or token.lemma_ not in cues.VERBS:
            continue
        before = [child for child in token.children if child.i < token.i]
        if any(child.dep_ == "nsubj" for child in before) and not any(child.dep_ == "aux" for child in before):
            token.tag_ = "VBP"


def _that(clause: Token) -> bool:
    return any(child.lower_ == "that" and child.dep_ == "mark" for child in clause.children)


def _invert(doc: Doc) -> None:
    """Of ""P," bragged X, 39" the verb may look like an adjective, in "N, says X, is P" X is nobody else's subject."""
    for token in doc[2:-1]:
        before = token.nbor(-1)
        name = token.head
        while name.dep_ == "compound":
            name = name.head
        if token.dep_ == "amod" and token.lower_ in cues.PAST and before.text == '"' and name.pos_ == "PROPN":
            token.tag_, token.pos_, token.lemma_ = "VBD", "VERB", cues.PAST[token.lower_]
            above = doc[:].root
            token.head, token.dep_ = (token, "ROOT") if name == above else (above, "parataxis")
            _hang(name, token, "nsubj")
        elif token.tag_ in FINITE and token.lemma_ in _SPOKEN and before.text == "," and token.dep_ in _LAST:
            stop = next((t.i for t in doc[token.i + 1 :] if t.text == ","), token.i)
            theirs = (t for t in doc[token.i + 1 : stop] if t.dep_ in _SUBJECTS and t.head.i > stop)
            if (name := next(theirs, token)) != token and name.left_edge.i == token.i + 1:
                _hang(name, token, "nsubj")


def _close(doc: Doc) -> None:
    """In "P, the agency X reports.", "P, a source in X told N." and "P, mayor N said." the last words are a clause."""
    verb = next((t for t in reversed(doc[:]) if t.lemma_ in _SPOKEN and t.dep_ in _LAST), None)
    if verb is None or verb.i < _NEAREST:
        return
    subject = next((child for child in verb.children if child.dep_ in _SUBJECTS), None)
    if subject is not None:
        marked = any(child.dep_ == "mark" or child.tag_ in {"WP", "WDT", "WRB"} for child in verb.children)
        named = subject.pos_ == "PROPN" or subject.lemma_.lower() in cues.SPEAKING
        last = all(t.tag_ not in FINITE and t.text not in {",", '"', ":"} for t in doc[verb.i + 1 :])
        told = {"dobj", "ccomp", "xcomp"} & {child.dep_ for child in verb.children}
        if named and _behind_comma(subject) and last and not marked and not told and verb.dep_ in {"relcl", "acl"}:
            _hang(verb, doc[:].root, "parataxis")
    elif verb.tag_ == "NNS":
        _reports(verb)
    elif not any(t.tag_ in FINITE for t in doc[verb.i + 1 :]):
        has = [c for c in verb.children if c.dep_ == "aux" and c.lower_ in {"has", "have", "had"}]
        if not has and verb.tag_ not in FINITE:
            return
        before = (has[0] if has else verb).i - 1
        before -= doc[before].text == ","  # "…, N, head of the region, has said."
        names = (t for t in doc[2 : verb.i] if t.dep_ in {"appos", "conj"} and t.pos_ in {"NOUN", "PROPN"})
        name = next((t for t in names if t.right_edge.i == before and _behind_comma(t)), None)
        if name is not None and _hang(name, verb, "nsubj") and verb.head != verb:
            verb.dep_ = "parataxis"


def _behind_comma(noun: Token) -> bool:
    return noun.left_edge.i > 0 and noun.left_edge.nbor(-1).text == ","


def _reports(verb: Token) -> None:
    """Of "P, the news agency X reports." the parser makes one noun, of which P is told."""
    name = verb.nbor(-1)
    told = any(child.dep_ == "ccomp" and child.i < verb.i for child in verb.children)
    if verb.dep_ == "ROOT" and told and name.pos_ in {"NOUN", "PROPN"}:
        verb.tag_, verb.pos_ = "VBZ", "VERB"
        name.dep_ = "nsubj"
        for child in list(verb.children):
            if child.dep_ in {"det", "amod", "compound", "nmod", "poss"}:
                _hang(child, name, child.dep_)


def _cite(doc: Doc) -> None:
    """In "X wrote, citing Y, that P" it is X who cites."""
    for token in doc[2:]:
        verb = token.nbor(-2)
        if token.lower_ in {"citing", "quoting"} and token.nbor(-1).text == "," and verb.lemma_ in cues.VERBS:
            clause = token.head
            if _hang(token, verb, token.dep_):
                for mark in [c for c in clause.children if c.text == "," and token.i < c.i < clause.i]:
                    _hang(mark, verb, "punct")


def _again(doc: Doc) -> None:
    """In a headline's "X says Y behind raid, warns of Z" the second verb is X's, no part of what X says."""
    for verb in doc[2:]:
        if verb.dep_ != "ccomp" or verb.tag_ != "VBZ" or verb.head.tag_ != "VBZ" or verb.nbor(-1).text != ",":
            continue
        bare = not any(child.dep_ in {*_SUBJECTS, "mark", "aux"} for child in verb.children)
        if bare and verb.head.i < verb.i and {verb.lemma_, verb.head.lemma_} <= cues.VERBS.keys():
            verb.dep_ = "conj"


def _own_subject(doc: Doc) -> None:
    """In "X denied the men had been harmed" the men are no object of "denied"."""
    for verb in doc[3:]:
        said = verb.head
        if verb.dep_ != "ccomp" or said.i > verb.i or said.lemma_ not in _PLAINLY:
            continue
        first = verb.left_edge
        thing = next((c for c in said.children if c.dep_ == "dobj" and c.right_edge.i == first.i - 1), None)
        if thing is not None and first.tag_ in FINITE and first.dep_ in {"aux", "auxpass"} and first.head == verb:
            _hang(thing, verb, "nsubjpass" if any(c.dep_ == "auxpass" for c in verb.children) else "nsubj")


def _called_so(doc: Doc) -> None:
    """In "X called what happened a provocation" it is X who names it."""
    for verb in doc[2:-1]:
        if verb.dep_ != "ccomp" or verb.nbor(-1).lower_ != "what" or verb.head.lemma_ not in cues.NAMING:
            continue
        thing = next((c for c in verb.children if c.dep_ == "dobj" and c.i > verb.i), None)
        if thing is not None and verb.lemma_ in {"happen", "occur"} and _hang(thing, verb.head, "oprd"):
            verb.dep_ = "dobj"


def _inside(doc: Doc) -> None:
    """In "In the town of N two houses are burning" the houses burn, and only N is a town."""
    for thing in doc[2:-2]:
        if thing.dep_ != "pobj" or thing.nbor().tag_ not in FINITE or thing.head.i > thing.i:
            continue
        of, verb = thing.head, thing.nbor() if thing.nbor().dep_ == "ROOT" else thing.nbor().head
        if verb.dep_ != "ROOT" or any(child.dep_ in _SUBJECTS for child in verb.children):
            continue
        begins = next((c.i for c in thing.children if c.dep_ in {"nummod", "det"} and c.i > of.i + 1), None)
        names = (c for c in thing.children if c.pos_ == "PROPN" and c.dep_ != "poss")
        place = next((c for c in names if begins is not None and c.i < begins), None)
        if place is not None and _hang(thing, verb, "nsubj"):
            _hang(place, of, "pobj")


def _open(doc: Doc) -> None:
    """In "Near Kozinka, the ministry said, P" the place is neither named "Near Kozinka" nor what speaks."""
    stop = next((token.i for token in doc[:_LONGEST_PLACE] if token.text == ","), 0)
    if stop < 2 or doc[0].lower_ not in _OPENING or any(token.tag_.startswith("VB") for token in doc[:stop]):
        return
    if doc[0].pos_ == "PROPN":
        doc[0].tag_, doc[0].pos_ = "IN", "ADP"
    for token in doc[1:stop]:
        if token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ == "PROPN":
            token.dep_ = "pobj"


def _listed(doc: Doc) -> None:
    """In "Speaking in N, Irina, a teacher, said" the speaker is no further place."""
    if doc[0].pos_ != "ADP" and doc[0].tag_ != "VBG":
        return
    for verb in doc[_NEAREST:]:
        apart = verb.tag_ in FINITE and verb.dep_ in {"ROOT", "parataxis"}
        if apart and not any(child.dep_ in _SUBJECTS for child in verb.children):
            _attach(doc, verb)
            return


def _attach(doc: Doc, verb: Token) -> None:
    for token in doc[2 : verb.i]:
        parted = token.left_edge.i > 0 and token.left_edge.nbor(-1).text == ","
        if token.pos_ == "PROPN" and token.dep_ in {"conj", "appos"} and parted and _borders(token, verb):
            _hang(token, verb, "nsubj")
            return


def _borders(token: Token, verb: Token) -> bool:
    """Whether nothing but marks stands between all that hangs on the token and the verb's first helper."""
    begins = min([verb.i, *(c.i for c in verb.children if c.dep_ in {"aux", "auxpass"})])
    return all(t.is_punct or t.is_space for t in verb.doc[token.right_edge.i + 1 : begins])


def _past_relative(doc: Doc) -> None:
    """In "X, who said P, denied Q" the second verb of saying is X's, whatever the parser hung it on."""
    name = doc[:].root
    relative = next((c for c in name.children if c.dep_ == "relcl" and c.i > name.i), None)
    if relative is None or name.pos_ not in {"PROPN", "NOUN"} or name.nbor().text != ",":
        return
    for verb in doc[relative.i + 1 :]:
        bare = not any(child.dep_ in {*_SUBJECTS, "mark", "aux"} for child in verb.children)
        if verb.nbor(-1).text == "," and verb.tag_ in FINITE | {"VBN"} and bare and verb.lemma_ in cues.VERBS:
            verb.head, verb.dep_ = verb, "ROOT"
            verb.tag_ = "VBD" if verb.tag_ == "VBN" else verb.tag_
            name.head, name.dep_ = verb, "nsubj"
            return
