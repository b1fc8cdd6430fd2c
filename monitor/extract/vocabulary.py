"""How lists of words are written in this package."""


def words(text: str) -> frozenset[str]:
    """The words of a text, parted by space of any kind."""
    return frozenset(text.split())
