"""The command line: ``python -m wagtail_zoom.simulator --port 8900``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys


try:
    from .server import HOST, serve
    from .state import Zoom
except ModuleNotFoundError as error:
    if error.name != "aiohttp":
        raise
    sys.exit('The simulator needs aiohttp: pip install "wagtail-zoom[simulator]"')


def main() -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m wagtail_zoom.simulator", description="A Zoom to practise with.")
    parser.add_argument("--port", type=int, default=8900, help="port on 127.0.0.1; 0 takes a free one (default 8900)")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends, too")
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.port, until_eof=arguments.until_eof))
    except OSError as error:
        print(f"Cannot serve on {HOST}:{arguments.port}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


async def _run(port: int, *, until_eof: bool) -> None:
    zoom = Zoom()
    runner = await serve(zoom, port)
    print(f"Simulator on {zoom.base_url}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if until_eof:
        # Whoever started this process may be killed without a chance to stop it; then the pipe ends.
        asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    try:
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
