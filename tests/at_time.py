"""Run a module at another time than the machine's: ``python -m tests.at_time 2026-11-21T08:00:00+00:00 django db_worker``."""

from __future__ import annotations

import datetime as dt
import runpy
import sys

import time_machine


def main(instant: str, module: str, *arguments: str) -> None:
    """Let it be ``instant`` (ISO, with its offset) when ``module`` begins; time goes on from there."""
    sys.argv = [module, *arguments]
    with time_machine.travel(dt.datetime.fromisoformat(instant)):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
