"""A lesson's own completion rule in its page form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.editing import Editor, draft_of, errors
from tests.lessons.models import ClassPage


def test_a_lesson_has_a_completion_rule_of_its_own_and_may_return_to_the_spaces(
    colleague: Editor, lesson: Callable[..., ClassPage]
) -> None:
    page = lesson()

    assert errors(colleague.edit(page, zoom_option_completion_rule="minutes", zoom_option_completion_amount="40")) == {}
    stored = draft_of(page).zoom_options
    assert (stored["completion_rule"], stored["completion_amount"]) == ("minutes", 40)
    # A form without these fields leaves them alone.
    colleague.edit(page, zoom_option_completion_rule=None, zoom_option_completion_amount=None)
    assert draft_of(page).zoom_options["completion_rule"] == "minutes"

    colleague.edit(page, zoom_option_completion_rule="space", zoom_option_completion_amount="")
    stored = draft_of(page).zoom_options
    assert (stored["completion_rule"], stored["completion_amount"]) == ("", 0)


@pytest.mark.parametrize(
    ("rule", "amount", "wrong"),
    [
        ("minutes", "", True),
        ("percent", "", True),
        ("percent", "101", True),
        ("minutes", "1441", True),
        ("percent", "100", False),
        ("minutes", "101", False),
        ("any", "", False),
        ("space", "", False),
    ],
)
@pytest.mark.parametrize("kind", ["meeting", "existing"])
def test_a_completion_rule_that_nobody_could_meet_is_an_error_on_publish_only(
    colleague: Editor, lesson: Callable[..., ClassPage], kind: str, rule: str, amount: str, wrong: bool
) -> None:
    page = lesson(zoom_kind=kind, zoom_number=12345678901 if kind == "existing" else None)
    typed = {"zoom_option_completion_rule": rule, "zoom_option_completion_amount": amount}

    assert errors(colleague.edit(page, **typed)) == {}
    assert set(errors(colleague.edit(page, publish=True, **typed))) == (
        {"zoom_option_completion_amount"} if wrong else set()
    )
