from __future__ import annotations

import pytest

from wagtail_zoom.services.attendance.completion import CompletionRule, explain, judge


HOUR = 3600


@pytest.mark.parametrize(
    ("rule", "amount", "present", "opened", "complete"),
    [
        ("any", 0, 1, False, True),
        ("any", 0, 0, True, False),
        ("minutes", 40, 40 * 60, False, True),
        ("minutes", 40, 40 * 60 - 1, False, False),
        ("percent", 75, 45 * 60, False, True),
        ("percent", 75, 45 * 60 - 1, False, False),
        ("percent", 100, HOUR, False, True),
        ("opened", 0, 0, True, True),
        ("opened", 0, 0, False, False),
        ("opened", 0, 60, False, True),
    ],
)
def test_the_rule_decides_to_the_second(rule, amount, present, opened, complete):
    verdict = judge(CompletionRule(rule, amount), present=present, lesson=HOUR, opened=opened)
    assert verdict.is_complete is complete


@pytest.mark.parametrize(("rule", "amount"), [("minutes", 0), ("percent", 0)])
def test_an_amount_of_nothing_completes_nobody_by_accident(rule, amount):
    assert not judge(CompletionRule(rule, amount), present=0, lesson=HOUR, opened=True).is_complete


def test_a_lesson_of_unknown_length_completes_nobody_by_per_cent():
    assert not judge(CompletionRule("percent", 75), present=HOUR, lesson=0, opened=True).is_complete


def test_the_verdict_explains_itself():
    verdict = judge(CompletionRule("percent", 75), present=41 * 60, lesson=HOUR, opened=True)
    assert explain(verdict.grounds()) == "41 of 60 minutes, 75 % needed"
    verdict = judge(CompletionRule("minutes", 30), present=60, lesson=HOUR, opened=True)
    assert explain(verdict.grounds()) == "1 minute, 30 needed"
    verdict = judge(CompletionRule("opened"), present=0, lesson=HOUR, opened=True)
    assert explain(verdict.grounds()) == "opened the lesson"
