"""The one shared state, in Redis or Valkey, and the server that the monitor brings along.

`Store` is the state of one topic; `embedded` and `attach` give the URL of the server of a data folder.
"""

from monitor.store.connect import About, redacted
from monitor.store.embedded import attach, embedded
from monitor.store.limits import Limits
from monitor.store.posts import Parked
from monitor.store.store import Store

__all__ = ["About", "Limits", "Parked", "Store", "attach", "embedded", "redacted"]
