"""The story says what happened, stops a chapter where something failed, and never prints a query."""

from __future__ import annotations

import io

import pytest

from example_site.demo.telling import Storyteller


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def teller(out: io.StringIO) -> Storyteller:
    calls = [["POST /v2/users/me/meetings → 201"], []]
    return Storyteller(calls=lambda: calls.pop(0) if calls else [], out=out)


def test_a_step_is_told_with_its_outcome_and_the_calls_it_caused(teller, out):
    with teller.chapter("The School"), teller.step("Teacher One publishes") as step:
        step.outcome = "meeting 81234567890, at http://localhost/lesson/?preview=1"
    assert out.getvalue().splitlines() == [
        "",
        "  The School",
        "    ✓ Teacher One publishes: meeting 81234567890, at http://localhost/lesson/",
        "        POST /v2/users/me/meetings → 201",
    ]
    assert teller.failures == 0


def test_a_lessons_last_step_is_its_last_line(teller, out):
    with teller.chapter("The School"), teller.last_step("Learner One presses Join") as step:
        step.sentence = "Learner One is in meeting 81234567890"
    assert out.getvalue().splitlines()[-1] == "    ✓ Learner One is in meeting 81234567890"


def test_a_failed_step_ends_its_chapter_and_is_counted_and_the_next_chapter_is_told(teller, out):
    with teller.chapter("One"):
        with teller.step("Something"):
            raise ValueError("no answer from http://127.0.0.1/j/1?pwd=secret")
        teller.say("never reached")
    with teller.chapter("Two"), teller.step("Something else"):
        pass
    told = out.getvalue()
    assert "✗ Something\n      ValueError: no answer from http://127.0.0.1/j/1\n" in told
    assert "never reached" not in told
    assert "✓ Something else" in told
    assert "secret" not in told
    assert teller.failures == 1


def test_what_breaks_between_steps_counts_as_well(teller, out):
    with teller.chapter("One"):
        raise KeyError("login")
    assert "✗ The story broke off" in out.getvalue()
    assert teller.failures == 1
