"""Becomes the command given, which then gets SIGTERM when the process that started this one dies.

    python with_parent.py PARENT_PID COMMAND [ARGUMENT ...]

Run by its path, as a process of its own: between fork and exec of a process with threads no Python may run. Only
Linux can do this; elsewhere the command outlives a parent that is killed, and whoever comes next uses it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the kernel was told
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 (that is the point: no shell, this very process)


if __name__ == "__main__":
    main()
