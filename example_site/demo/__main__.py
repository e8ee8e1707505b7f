"""``make demo``: two schools, a practice Zoom, a worker and the site, in one foreground group.

It first plays the main job once and prints it as a story, then serves until Ctrl-C. With ``ONCE`` set it ends after the
story: 0 when every step worked, 1 when one did not.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from types import FrameType

import requests

from wagtail_zoom.testing import SimulatorError

from .group import Demo
from .ports import PortRefused
from .processes import DidNotStart
from .redaction import without_queries
from .story import tell


NOT_ONCE = ("", "0", "false", "no", "off")


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run the demo; return the exit code."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    once = environ.get("ONCE", "").strip().lower() not in NOT_ONCE
    try:
        demo = Demo.from_environment(environ)
        with demo:
            demo.start()
            all_worked = tell(demo)
            if once:
                return 0 if all_worked else 1
            return _serve(demo)
    except (PortRefused, DidNotStart, SimulatorError, requests.RequestException) as refusal:
        print(f"\n{without_queries(str(refusal))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded.")
        return 130 if once else 0


def _serve(demo: Demo) -> int:
    print(demo.directions(), flush=True)
    demo.group.show()
    while True:
        ended = demo.group.first_ended()
        if ended is not None:
            print(f"\n{ended.name} has ended, and the demo with it. Its last words:\n{ended.last_lines()}")
            return 1
        time.sleep(0.5)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
