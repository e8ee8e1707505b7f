"""How the story is printed: chapters, steps, and the calls to Zoom that each step caused."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

from .redaction import without_queries


class ChapterEnded(Exception):
    """A step failed, so the rest of the chapter cannot be told."""


@dataclass
class Step:
    """One thing that happens. ``outcome`` is printed behind the sentence."""

    sentence: str
    outcome: str = ""


@dataclass
class Storyteller:
    """Prints the story; remembers how many steps did not work.

    ``calls`` returns the calls to Zoom since it was last asked, one line each.
    """

    calls: Callable[[], list[str]]
    out: TextIO = field(default_factory=lambda: sys.stdout)
    failures: int = 0

    @contextlib.contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """Tell one chapter; a step that fails ends it, and the story goes on with the next."""
        self.say(f"\n  {title}")
        try:
            yield
        except ChapterEnded:
            pass
        except Exception as problem:
            self._fail("", problem)

    @contextlib.contextmanager
    def step(self, sentence: str) -> Iterator[Step]:
        """Do one step. Whatever goes wrong in it is printed, counted, and ends the chapter."""
        with self._done(sentence) as step:
            yield step
        self.say(f"    ✓ {step.sentence}{f': {step.outcome}' if step.outcome else ''}")
        self._show_calls()

    @contextlib.contextmanager
    def last_step(self, sentence: str) -> Iterator[Step]:
        """Do the step that ends a lesson's story: its sentence is the last line."""
        with self._done(sentence) as step:
            yield step
        self._show_calls()
        self.say(f"    ✓ {step.sentence}")

    def say(self, line: str) -> None:
        """Print a line without the query of any address."""
        print(without_queries(line), file=self.out, flush=True)

    @contextlib.contextmanager
    def _done(self, sentence: str) -> Iterator[Step]:
        step = Step(sentence)
        try:
            yield step
        except Exception as problem:
            self._fail(sentence, problem)
            raise ChapterEnded from None

    def _fail(self, sentence: str, problem: Exception) -> None:
        self.failures += 1
        self.say(f"    ✗ {sentence or 'The story broke off'}\n      {type(problem).__name__}: {problem}")
        self._show_calls()

    def _show_calls(self) -> None:
        for call in self.calls():
            self.say(f"        {call}")
