"""Between the click on Unpublish and Zoom's answer the editor is told what is going on, not what is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schools import School
from wagtail_zoom.models import LessonPage, ZoomSettings
from wagtail_zoom.services.status.lesson_status import state_of


@pytest.fixture
def unpublished(everything: School, lesson_in: Any, publish: Any) -> Any:
    """Return a function that unpublishes a ready lesson under a policy, while no background work runs."""

    def act(policy: str) -> LessonPage:
        settings = everything.settings
        settings.when_unpublished = policy
        settings.save()
        page = publish(lesson_in(everything))
        assert state_of(page).code == "ready"
        # Callbacks after commit do not run within a test unless they are asked to.
        page.unpublish()
        return LessonPage.objects.get(pk=page.pk)

    return act


def test_a_meeting_that_is_to_be_cancelled_is_being_cancelled_and_the_panel_goes_on_asking(unpublished):
    state = state_of(unpublished(ZoomSettings.WhenUnpublished.CANCEL))
    assert (state.code, state.title) == ("waiting", "Being cancelled")
    assert not state.is_settled


def test_a_meeting_that_is_kept_is_said_to_be_kept(unpublished):
    state = state_of(unpublished(ZoomSettings.WhenUnpublished.KEEP))
    assert (state.code, state.title) == ("draft", "Not published")
    assert "kept on Zoom" in state.sentence
