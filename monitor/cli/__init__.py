"""The parts of the command line: what is looked up, shown, exported, followed and checked."""
