"""Print the lowest versions that setup.cfg promises, as constraints for pip."""

from __future__ import annotations

import configparser
import re
from pathlib import Path


SETUP = Path(__file__).resolve().parent.parent / "setup.cfg"
#: What developers run, whose versions nobody who installs the package meets.
NOT_PROMISED = {"lint", "bench"}


def floors(setup: Path = SETUP) -> list[str]:
    """Return ``name==version`` for every requirement with a floor, without repetitions."""
    config = configparser.ConfigParser()
    config.read(setup, encoding="utf-8")
    listed = config["options"]["install_requires"].splitlines()
    for extra, requirements in config["options.extras_require"].items():
        if extra not in NOT_PROMISED:
            listed += requirements.splitlines()
    found = (re.match(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)", line.strip()) for line in listed)
    return sorted({f"{match[1]}=={match[2]}" for match in found if match})


if __name__ == "__main__":
    print("\n".join(floors()))
