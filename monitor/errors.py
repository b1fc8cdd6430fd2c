"""The errors that the monitor raises on purpose.

    MonitorError
    ├── ConfigError          a setting, a topic file or a command-line value is wrong; says where
    ├── FeedError            a source can't be read; names file or URL and place
    ├── StoreError           Redis
    │   ├── StoreUnavailable   not reachable just now; worth trying again
    │   ├── StoreUnsuitable    reachable, and not what is needed (too old, wrong password, not Redis)
    │   └── DataFolderBusy     another process serves this data folder
    └── SinkError            a sink can't be used at all (a log that can't be opened)

Each renders as one line that names what it is about and then what went wrong: `'seeds/feed.yaml': line 3: …`.
Secrets never render: what an error is about is named by path, setting or redacted URL, not by its value.
"""


class MonitorError(Exception):
    """Something that a person can act on. `about` names the thing: a path, a setting, a redacted URL."""

    def __init__(self, about: str, message: str) -> None:
        super().__init__(about, message)
        self.about = about
        self.message = message

    def __str__(self) -> str:
        return f"{self.about!r}: {self.message}" if self.about else self.message


class ConfigError(MonitorError):
    """A setting, a topic file or a command-line value is wrong."""


class FeedError(MonitorError):
    """A source can't be read."""


class StoreError(MonitorError):
    """Redis can't do what is needed."""


class StoreUnavailable(StoreError):
    """Redis can't be reached just now; trying again may help."""


class StoreUnsuitable(StoreError):
    """The server answers, and is not what the monitor needs."""


class DataFolderBusy(StoreError):
    """Another process serves this data folder."""


class SinkError(MonitorError):
    """A sink can't be used at all."""
