"""Check that the documentation is true where a program can tell: links, settings, commands, signals, tests named."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)
SETTING = re.compile(r'_setting\("(\w+)"')


def documents() -> list[Path]:
    """Return every Markdown file of the project."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def anchors(text: str) -> set[str]:
    """Return the fragments that a reader's browser knows for the headings of a document."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(text)}


def broken_links(document: Path) -> list[str]:
    """Return one sentence for each relative link that leads nowhere."""
    problems = []
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        if not linked.exists():
            problems.append(f"{document.relative_to(ROOT)} links to {target}, which does not exist")
        elif fragment and fragment not in anchors(linked.read_text(encoding="utf-8")):
            problems.append(f"{document.relative_to(ROOT)} links to {target}: no such heading")
    return problems


def undocumented() -> list[str]:
    """Return one sentence for each setting, command and signal that the reference leaves out."""
    package = ROOT / "wagtail_zoom"
    signals = ast.parse((package / "signals.py").read_text(encoding="utf-8"))
    named = {
        "settings.md": set(SETTING.findall((package / "conf.py").read_text(encoding="utf-8"))),
        "commands.md": {
            path.stem for path in (package / "management" / "commands").glob("*.py") if not path.stem.startswith("_")
        },
        "signals.md": {
            target.id
            for node in signals.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and not target.id.startswith("_")
        },
    }
    problems = []
    for page, names in named.items():
        text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
        problems += [
            f"docs/reference/{page} says nothing about {name}" for name in sorted(names) if f"`{name}" not in text
        ]
    return problems


def missing_tests() -> list[str]:
    """Return one sentence for each test that docs/security.md names and that is not there."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    problems = []
    known: dict[str, set[str]] = {}
    file = ""
    for named in re.findall(r"`(tests/[\w/]+\.py|test_\w+)`", text):
        if named.endswith(".py"):
            file = named
            if not (ROOT / file).exists():
                problems.append(f"docs/security.md names {file}, which does not exist")
            elif file not in known:
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                known[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        elif named not in known.get(file, set()):
            problems.append(f"docs/security.md names {named}, which is not in {file}")
    return problems


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    problems = [problem for document in documents() for problem in broken_links(document)] + undocumented()
    problems += missing_tests()
    print("\n".join(problems) or f"{len(documents())} documents: every link leads somewhere, every name is explained.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
