"""The parser's labels, in the groups that the rules ask for."""

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
VERBAL = FINITE | {"VB", "VBN", "VBG"}
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
