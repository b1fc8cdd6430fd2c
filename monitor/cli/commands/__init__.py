"""The commands, a file a group: what each takes, and says of itself. What it does is loaded when it is called."""
