"""Run a Python program that must not outlive whoever started it: ``child.py ARGUMENTS…`` is ``python ARGUMENTS…``.

Whoever started it holds the other end of its standard input, and the system closes that end even when the starter is
killed without a chance to stop anything. Then this process asks itself to end.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path


#: Seconds for an orderly end.
GRACE = 3


def main(arguments: list[str]) -> None:
    """Watch standard input, and be the program that ``arguments`` name: ``-m MODULE …``, ``-c CODE …`` or ``FILE …``."""
    threading.Thread(target=_end_with_input, name="end of input", daemon=True).start()
    # As Python has it for -m and -c; the demo's own folder, which it put there for this file, is nothing to import from.
    sys.path[0] = str(Path.cwd())
    kind, rest = arguments[0], arguments[1:]
    if kind == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as Python does
    else:
        sys.argv = arguments
        runpy.run_path(kind, run_name="__main__")


def _end_with_input() -> None:
    while os.read(0, 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
