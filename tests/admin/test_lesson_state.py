"""The Zoom panel: the live state of a lesson, on the page and from the endpoint that keeps it up to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from wagtail.models import Page

from tests.admin.editing import Editor, at
from tests.lessons.models import ClassPage
from tests.schools import make_administrator, make_editor, make_space
from wagtail_zoom import clock
from wagtail_zoom.models import Approval, Heartbeat, LessonPage, Meeting, ZoomSettings
from wagtail_zoom.services.installation import heartbeats


Make = Callable[..., Any]


@pytest.fixture
def healthy(db: None) -> None:
    """Let the background engine have been seen just now."""
    heartbeats.beat(Heartbeat.SYNC)


def state(editor: Editor, page: Page) -> dict[str, Any]:
    response = editor.get("wagtail_zoom_admin:state", page.pk)
    assert response.status_code == 200
    return dict(response.json())


def test_a_page_that_was_never_saved_says_that_publishing_makes_the_meeting(colleague: Editor, space: Any) -> None:
    html = colleague.get("wagtailadmin_pages:add", "lessons", "classpage", space.root_page.pk).content.decode()

    assert "Nothing happens on Zoom before you publish this page" in html
    assert "data-wz-state-url-value" not in html


def test_a_ready_lesson_shows_its_number_its_own_address_and_the_way_to_zoom(
    colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, zoom_id=12345678901)

    html = colleague.get("wagtailadmin_pages:edit", page.pk).content.decode()

    assert "123 4567 8901" in html
    assert f'value="{page.full_url}"' in html
    assert 'href="https://zoom.us/meeting/12345678901"' in html
    assert 'rel="noreferrer"' in html


def test_a_running_lesson_tells_the_time_of_its_own_zone(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson(zoom_timezone="Asia/Tokyo")
    meeting_for(page, live_since=at(7, 59, day=21))

    shown = state(colleague, page)["html"]

    assert "The meeting is running: since 4:59 p.m." in shown


def test_the_endpoint_answers_what_the_panel_shows_and_is_not_cached(
    colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page)

    response = colleague.get("wagtail_zoom_admin:state", page.pk)

    assert response.json()["html"].strip() in colleague.get("wagtailadmin_pages:edit", page.pk).content.decode()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("columns", "is_asked_again"),
    [
        ({"actual": "absent", "due_at": at(8, day=21)}, True),
        ({}, False),
        ({"starts_at": at(9, day=21), "ends_at": at(10, day=21)}, True),
        ({"attention": "gone", "actual": "gone"}, False),
        ({"actual": "cancelled", "wanted": "absent"}, False),
        ({"starts_at": at(9, day=2), "ends_at": at(10, day=2)}, False),
        ({"live_since": at(7, 59, day=21)}, True),
        ({"attention": "not_reached", "due_at": at(9, day=21)}, True),
    ],
)
def test_the_panel_asks_again_only_while_something_may_change_by_itself(
    colleague: Editor, lesson: Make, meeting_for: Make, columns: dict[str, Any], is_asked_again: bool
) -> None:
    page = lesson(**({"zoom_date": "2026-11-02"} if "ends_at" in columns else {}))
    meeting_for(page, **columns)

    assert bool(state(colleague, page)["interval"]) is is_asked_again


@pytest.mark.parametrize(
    ("columns", "title", "button"),
    [
        ({"attention": "gone", "actual": "gone"}, "Deleted on Zoom", "Make a new meeting"),
        ({"attention": "refused", "actual": "absent"}, "Zoom refused it", "Try again now"),
        ({"attention": "create_in_doubt", "actual": "doubt"}, "Look on Zoom, please", "Say whether it is there"),
        ({"attention": "change_by_hand"}, "Zoom still shows the old version", "Done: I changed it on Zoom"),
        ({"is_moved": True}, "Moved from another space", "Keep the meeting it has"),
        ({"is_moved": True}, "Moved from another space", "Make a new meeting here"),
        ({"attention": "no_host", "actual": "absent"}, "Nobody to host it", "Save draft and go to My Zoom"),
    ],
)
def test_what_needs_a_person_comes_with_its_reason_and_a_button(
    colleague: Editor, lesson: Make, meeting_for: Make, columns: dict[str, Any], title: str, button: str
) -> None:
    page = lesson()
    meeting_for(page, **columns)

    answer = state(colleague, page)

    assert title in answer["html"]
    assert button in answer["html"]
    assert answer["announcement"].startswith(title)


def test_the_buttons_stand_in_no_form_of_their_own(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson()
    meeting_for(page, attention="change_by_hand")

    assert "<form" not in state(colleague, page)["html"]


def test_the_scope_that_would_help_is_named_to_administrators_only(
    colleague: Editor, editor_for: Make, space: Any, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, attention="change_by_hand", attention_params={"scopes": ["meeting:update:meeting"]})
    administrator = make_administrator("administrator", space)
    administrator.groups.add(*colleague.user.groups.all())

    assert "meeting:update:meeting" not in state(colleague, page)["html"]
    assert "meeting:update:meeting" in state(editor_for(administrator), page)["html"]


def test_a_paused_space_is_said(colleague: Editor, space: Any, lesson: Make, meeting_for: Make) -> None:
    page = lesson()
    meeting_for(page, actual="absent", due_at=clock.now())
    ZoomSettings.objects.create(site=space, is_paused=True)

    assert "Nothing is sent to Zoom while this space is paused" in state(colleague, page)["html"]


def test_a_mass_act_that_waits_for_a_yes_is_said(
    colleague: Editor, space: Any, lesson: Make, meeting_for: Make
) -> None:
    approval = Approval.objects.create(site=space, act="create", figures={"meetings": 33}, asked_at=clock.now())
    page = lesson()
    meeting_for(page, actual="absent", due_at=clock.now(), waits_for=approval)

    assert "33 meetings" in state(colleague, page)["html"]


def test_an_engine_that_was_never_seen_is_said_while_work_waits(
    colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page, actual="absent", due_at=clock.now())

    assert "sync_zoom" in state(colleague, page)["html"]


def test_nothing_is_said_of_an_engine_that_works(
    colleague: Editor, lesson: Make, meeting_for: Make, healthy: None
) -> None:
    page = lesson()
    meeting_for(page, actual="absent", due_at=clock.now())

    assert "sync_zoom" not in state(colleague, page)["html"]

    with time_machine.travel(clock.now() + dt.timedelta(minutes=11)):
        assert "more than ten minutes" in state(colleague, page)["html"]


def test_a_draft_about_another_kind_says_what_publishing_it_does(
    colleague: Editor, lesson: Make, meeting_for: Make
) -> None:
    page = lesson()
    meeting_for(page)
    assert "about another meeting" not in state(colleague, page)["html"]

    colleague.edit(page, zoom_kind="webinar")

    assert "about another meeting" in state(colleague, page)["html"]
    assert Meeting.objects.get().kind == "meeting"


def test_a_draft_without_a_time_is_warned_about(colleague: Editor, lesson: Make) -> None:
    page = lesson(live=False, zoom_time=None)

    assert "The lesson has no date or no time" in state(colleague, page)["html"]


def test_a_hostile_title_stays_text(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson("<img src=x onerror=alert(1)>")
    meeting_for(page, attention="create_in_doubt", actual="doubt", attention_params={"topic": page.title})

    html = state(colleague, page)["html"]

    assert "<img" not in html
    assert "&lt;img" in html


def test_the_panel_asks_the_database_a_bounded_number_of_times(
    colleague: Editor, lesson: Make, meeting_for: Make, django_assert_max_num_queries: Any
) -> None:
    page = lesson()
    meeting_for(page)
    state(colleague, page)

    with django_assert_max_num_queries(40):
        state(colleague, page)


@override_settings(WAGTAIL_ZOOM={"ENCRYPTION_KEYS": []})
def test_the_editor_works_without_an_encryption_key(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson()
    meeting_for(page)

    assert "Ready" in state(colleague, page)["html"]


def test_only_editors_of_the_page_may_see_its_state(editor_for: Make, lesson: Make, colleague: Editor) -> None:
    page = lesson()
    elsewhere = make_space("elsewhere.example", "Elsewhere")
    stranger = editor_for(make_editor("editor.elsewhere", elsewhere.root_page))

    assert colleague.get("wagtail_zoom_admin:state", page.pk).status_code == 200
    # Wagtail's admin answers a refusal with a way back to the home page.
    assert stranger.get("wagtail_zoom_admin:state", page.pk).status_code == 302
    stranger.client.logout()
    assert "login" in stranger.get("wagtail_zoom_admin:state", page.pk).url


def test_a_page_that_is_no_lesson_has_no_state(colleague: Editor, space: Any) -> None:
    assert colleague.get("wagtail_zoom_admin:state", space.root_page.pk).status_code == 404
    assert colleague.get("wagtail_zoom_admin:state", 424242).status_code == 404


def test_the_listing_and_the_header_lead_to_the_panel(colleague: Editor, lesson: Make, meeting_for: Make) -> None:
    page = lesson()
    meeting_for(page)

    explorer = colleague.get("wagtailadmin_explore", page.get_parent().pk).content.decode()
    own = colleague.get("wagtailadmin_explore", page.pk).content.decode()

    assert f"/admin/pages/{page.pk}/edit/#wz-zoom" in explorer
    assert "Zoom: Ready" in own


def test_a_lesson_of_another_type_is_shown_the_same_way(colleague: Editor, space: Any, meeting_for: Make) -> None:
    page = LessonPage(title="With text", zoom_date=at(9).date(), zoom_time=at(10).time())
    space.root_page.add_child(instance=page)
    meeting_for(page)

    assert "Ready" in state(colleague, page)["html"]
    assert isinstance(Page.objects.get(pk=page.pk).specific, LessonPage)
    assert not ClassPage.objects.exists()
