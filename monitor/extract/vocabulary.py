"""How lists of words are written in this package, and how verbs of them are inflected."""


def words(text: str) -> frozenset[str]:
    """The words of a text, parted by space of any kind."""
    return frozenset(text.split())


def _doubles(verb: str) -> bool:
    """Whether the last letter doubles: rob, stop, repel; not open, burn, retain."""
    short = len(verb) > 2 and verb[-1] in "bdglmnprt" and verb[-2] in "aeiou" and verb[-3] not in "aeiou"
    return short and (sum(letter in "aeiou" for letter in verb) == 1 or verb.endswith(("pel", "mit", "cel", "bed")))


def participle(verb: str) -> str:
    """The regular past form: "robbed", "denied", "raided"."""
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + (verb[-1] if _doubles(verb) else "") + "ed"


def gerund(verb: str) -> str:
    """The form in -ing."""
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if _doubles(verb) else "") + "ing"
