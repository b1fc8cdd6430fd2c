"""How well the monitor reads and groups, measured. `make quality`; docs/quality.md tells the method."""
