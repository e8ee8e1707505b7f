"""``make bench``: every benchmark in a process of its own, so that none warms up another. Arguments choose some."""

from __future__ import annotations

import subprocess
import sys


ALL = ("lessons", "registrants", "afterwards", "inbox")


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all; return 1 if a promise was not kept."""
    unknown = sorted(set(chosen) - set(ALL))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are {', '.join(ALL)}.", file=sys.stderr)
        return 2
    codes = []
    for name in chosen or ALL:
        print(f"\n== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)  # noqa: S603
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
