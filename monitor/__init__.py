"""A feed monitor whose unit is the claim: who says what, where, how many, asserted or denied; told once."""

__version__ = "0.1.0"
