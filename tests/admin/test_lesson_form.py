"""The page form of a lesson: nothing about Zoom stops a draft, and only the impossible stops a publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings
from wagtail.admin.forms import WagtailAdminPageForm

from tests.admin.editing import TUESDAY, Editor, draft_of, errors, texts
from tests.lessons.models import ClassPage
from tests.schools import School
from wagtail_zoom.admin.lessons.form import LessonPageForm, form_above
from wagtail_zoom.models import LessonPage, Meeting, ZoomSettings


@pytest.fixture
def root(space: Any) -> Any:
    """Return the page under which lessons are made."""
    return space.root_page


def only_lesson() -> Any:
    return draft_of(ClassPage.objects.get())


def test_publishing_makes_the_meeting_and_the_confirmation_says_so(teacher: Editor, school: School, root: Any) -> None:
    first = teacher.create(root, publish=True, **TUESDAY)
    second = teacher.edit(ClassPage.objects.get(), publish=True, title="Lesson one, again")

    assert errors(first) == errors(second) == {}
    meeting = Meeting.objects.get()
    assert meeting.actual == Meeting.Actual.PRESENT
    # Within the test's transaction the work is done after the answer.
    assert any(text.startswith("On Zoom: Being created") for text in texts(first))
    assert any(text.startswith("On Zoom: ") and str(meeting.zoom_id)[-4:] in text for text in texts(second))


@pytest.mark.parametrize("model", [ClassPage, LessonPage])
def test_a_lesson_without_any_wish_is_saved_as_a_draft(colleague: Editor, root: Any, model: Any) -> None:
    response = colleague.create(root, model, zoom_kind="meeting")

    assert errors(response) == {}
    assert draft_of(model.objects.get()).zoom_date is None


@pytest.mark.parametrize(("missing", "field"), [("zoom_date", "zoom_date"), ("zoom_time", "zoom_time")])
def test_publishing_a_new_meeting_without_date_or_time_is_refused_there(
    colleague: Editor, root: Any, missing: str, field: str
) -> None:
    response = colleague.create(root, publish=True, **{**TUESDAY, missing: ""})

    assert list(errors(response)) == [field]
    assert not ClassPage.objects.exists()


def test_a_time_that_the_clocks_skip_is_an_error_on_publish_and_a_warning_in_a_draft(
    colleague: Editor, root: Any
) -> None:
    skipped = {**TUESDAY, "zoom_date": "2027-03-28", "zoom_time": "02:30"}

    assert "does not exist" in str(errors(colleague.create(root, publish=True, **skipped))["zoom_time"])

    response = colleague.create(root, **skipped)
    assert errors(response) == {}
    assert "never show 02:30" in response.content.decode()


def test_a_time_that_comes_twice_stops_nobody(colleague: Editor, root: Any) -> None:
    response = colleague.create(root, publish=True, **{**TUESDAY, "zoom_date": "2027-10-31", "zoom_time": "02:30"})

    assert errors(response) == {}
    assert ClassPage.objects.get().live


@pytest.mark.parametrize(
    "typed",
    [
        "123 4567 8901",
        "123-4567-8901",
        "https://zoom.us/j/12345678901?pwd=hidden.1",
        "school.zoom.us/w/12345678901",
    ],
)
def test_of_what_is_pasted_only_the_number_is_kept(colleague: Editor, root: Any, typed: str) -> None:
    colleague.create(root, zoom_kind="existing", zoom_number=typed)

    page = only_lesson()
    assert page.zoom_number == 12345678901
    assert "hidden" not in json.dumps(page.latest_revision.content, default=str)


@pytest.mark.parametrize(
    "typed", ["hello", "12", "https://example.com/j/12345678901", "https://zoom.us/j/abc", "x" * 3000]
)
def test_text_that_is_no_number_is_an_error_only_on_publish(colleague: Editor, root: Any, typed: str) -> None:
    refused = colleague.create(root, publish=True, zoom_kind="existing", zoom_number=typed)
    assert "zoom_number" in errors(refused)

    saved = colleague.create(root, zoom_kind="existing", zoom_number=typed)
    assert errors(saved) == {}
    assert only_lesson().zoom_number is None
    assert any("could not be read" in text for text in texts(saved))


def test_links_to_the_practice_zoom_count_as_links(teacher: Editor, school: School, root: Any) -> None:
    origin = school.simulator.api_url.removesuffix("/v2")
    teacher.create(root, zoom_kind="existing", zoom_number=f"{origin}/j/12345678901?pwd=x")

    assert only_lesson().zoom_number == 12345678901


def test_publishing_an_existing_meeting_without_a_number_is_refused(colleague: Editor, root: Any) -> None:
    assert "zoom_number" in errors(colleague.create(root, publish=True, zoom_kind="existing"))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("zoom_date", "32.13.2026"),
        ("zoom_time", "25:99"),
        ("zoom_duration", "0"),
        ("zoom_duration", "lots"),
        ("zoom_timezone", "Mars/Olympus"),
        ("zoom_host", "424242"),
        ("zoom_audience", "martians"),
        ("zoom_option_alternative_hosts", "nobody"),
        ("zoom_option_places", "-1"),
        ("zoom_option_closes_at", "soon"),
    ],
)
def test_what_cannot_be_read_never_stops_a_draft_and_leaves_what_was_stored(
    colleague: Editor, lesson: Callable[..., ClassPage], field: str, typed: str
) -> None:
    page = lesson()
    before = draft_of(page)

    response = colleague.edit(page, title="Another title", **{field: typed})

    assert errors(response) == {}
    after = draft_of(page)
    assert after.title == "Another title"
    for name in ("zoom_date", "zoom_time", "zoom_duration", "zoom_timezone", "zoom_host_id", "zoom_audience"):
        assert getattr(after, name) == getattr(before, name)


def test_garbage_in_a_field_that_the_kind_does_not_show_stops_nobody(colleague: Editor, root: Any) -> None:
    response = colleague.create(
        root, publish=True, zoom_kind="none", zoom_date="garbage", zoom_number="garbage", zoom_option_places="garbage"
    )

    assert errors(response) == {}
    assert ClassPage.objects.get().live


def test_the_number_keeps_its_letters_from_the_form_only_while_it_is_refused(colleague: Editor, root: Any) -> None:
    response = colleague.create(root, publish=True, zoom_kind="existing", zoom_number="my room")

    assert 'value="my room"' in response.content.decode()


def test_autosave_is_never_blocked_by_anything_about_zoom(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson()

    response = colleague.edit(
        page,
        autosave=True,
        title="Typed so far",
        zoom_date="2026-1",
        zoom_time="",
        zoom_number="https://zo",
        zoom_duration="9999",
    )

    assert response.json()["success"] is True
    assert draft_of(page).title == "Typed so far"


def test_autosave_of_a_pasted_link_stores_the_number_alone(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson()

    response = colleague.edit(
        page, autosave=True, zoom_kind="existing", zoom_number="https://zoom.us/j/12345678901?pwd=hidden"
    )

    assert response.json()["success"] is True
    assert draft_of(page).zoom_number == 12345678901
    assert "hidden" not in json.dumps(page.latest_revision.content, default=str)


def test_a_lesson_that_is_over_stays_editable_for_ever(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson(zoom_date="2020-01-07")

    emptied = colleague.edit(page, publish=True, title="Looking back", zoom_time="", zoom_duration="0")

    assert errors(emptied) == {}
    assert ClassPage.objects.get(pk=page.pk).title == "Looking back"


def test_a_new_lesson_in_the_past_is_published_with_a_warning(colleague: Editor, root: Any) -> None:
    response = colleague.create(root, publish=True, **{**TUESDAY, "zoom_date": "2020-01-07"})

    assert errors(response) == {}
    assert not Meeting.objects.exists()
    assert any("date of this lesson has passed" in text for text in texts(response))


def test_options_are_stored_typed_and_come_back(colleague: Editor, root: Any) -> None:
    colleague.create(
        root,
        **TUESDAY,
        zoom_option_agenda="Bring a pencil",
        zoom_option_alternative_hosts="one@school.example; two@school.example\none@school.example",
        zoom_option_waiting_room="on",
        zoom_option_mute_upon_entry=None,
        zoom_option_auto_recording="cloud",
        zoom_option_registration="on",
        zoom_option_approval="by_hand",
        zoom_option_places="12",
        zoom_option_closes_at="2026-11-24T09:00",
    )

    page = only_lesson()
    assert page.zoom_options == {
        **page.zoom_options,
        "agenda": "Bring a pencil",
        "alternative_hosts": ["one@school.example", "two@school.example"],
        "waiting_room": True,
        "mute_upon_entry": False,
        "auto_recording": "cloud",
        "registration": "on",
        "approval": "by_hand",
        "places": 12,
        "closes_at": "2026-11-24T08:00:00+00:00",
    }
    html = colleague.get("wagtailadmin_pages:edit", page.pk).content.decode()
    assert 'value="2026-11-24T09:00"' in html
    assert "one@school.example\ntwo@school.example" in html


def test_two_versions_are_compared_option_by_option(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson()
    first = page.latest_revision
    colleague.edit(
        page, zoom_option_waiting_room="on", zoom_option_auto_recording="cloud", zoom_option_agenda="Pencils"
    )
    second = draft_of(page).latest_revision

    html = colleague.get("wagtailadmin_pages:revisions_compare", page.pk, first.pk, second.pk).content.decode()

    for said in ("Waiting room", "Record by itself", "Zoom&#x27;s cloud", "Pencils"):
        assert said in html
    assert "Mute people" not in html


def test_options_that_a_later_version_stored_are_kept(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson(zoom_options={"agenda": "Old", "from_the_future": 7})

    colleague.edit(page, zoom_option_agenda="New")

    assert draft_of(page).zoom_options["from_the_future"] == 7
    assert draft_of(page).zoom_options["agenda"] == "New"


@pytest.mark.parametrize("stored", [[], "text", None, {"places": "many", "alternative_hosts": 3}])
def test_options_that_make_no_sense_do_not_break_the_editor(
    colleague: Editor, lesson: Callable[..., ClassPage], stored: Any
) -> None:
    page = lesson(zoom_options=stored if stored is not None else {})

    response = colleague.edit(page, title="Another title")

    assert errors(response) == {}
    assert draft_of(page).zoom_options["agenda"] == ""


def test_a_new_lesson_begins_with_the_defaults_of_its_space(colleague: Editor, root: Any, space: Any) -> None:
    ZoomSettings.objects.create(
        site=space, default_duration=90, default_timezone="Europe/Paris", default_options={"waiting_room": True}
    )

    html = colleague.get("wagtailadmin_pages:add", "lessons", "classpage", root.pk).content.decode()
    colleague.create(root, **{**TUESDAY, "zoom_timezone": "", "zoom_duration": ""})

    assert 'placeholder="90"' in html
    assert "As usual here: Europe/Paris" in html
    assert only_lesson().zoom_options["waiting_room"] is True


def test_a_program_that_sends_no_zoom_fields_changes_none(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    page = lesson(zoom_options={"agenda": "Kept"})

    colleague.client.post(
        f"/admin/pages/{page.pk}/edit/",
        {"title": "By a program", "slug": page.slug, "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0},
    )

    after = draft_of(page)
    assert (after.title, after.zoom_kind, after.zoom_date) == ("By a program", "meeting", page.zoom_date)
    assert after.zoom_options["agenda"] == "Kept"


def test_only_hosts_in_whose_name_one_may_schedule_are_offered(teacher: Editor, school: School, root: Any) -> None:
    html = teacher.get("wagtailadmin_pages:add", "lessons", "classpage", root.pk).content.decode()

    assert f'<option value="{school.hosts["teacher.one"].pk}"' in html
    assert f'<option value="{school.hosts["teacher.two"].pk}"' not in html
    assert "Whoever created this page: Teacher One" in html


def test_a_colleagues_host_that_is_chosen_already_stays_chosen(
    teacher: Editor, school: School, lesson: Callable[..., ClassPage]
) -> None:
    page = lesson(zoom_host=school.hosts["teacher.two"], owner=school.people["teacher.one"])

    teacher.edit(page, title="Another title")

    assert draft_of(page).zoom_host == school.hosts["teacher.two"]


def test_the_host_of_another_space_cannot_be_smuggled_in(
    teacher: Editor, school: School, academy: School, lesson: Callable[..., ClassPage]
) -> None:
    page = lesson()
    foreign = academy.hosts["lecturer.one"]

    teacher.edit(page, zoom_host=str(foreign.pk))
    assert draft_of(page).zoom_host is None

    assert "zoom_host" in errors(teacher.edit(page, publish=True, zoom_host=str(foreign.pk)))


def test_a_form_class_that_the_site_gave_its_page_stays_in_force(db: None) -> None:
    class OwnForm(WagtailAdminPageForm):
        def is_ours(self) -> bool:
            return True

    above = form_above(OwnForm)
    assert issubclass(above, LessonPageForm)
    assert issubclass(above, OwnForm)
    assert form_above(above) is above
    assert form_above(None) is LessonPageForm


def test_the_editor_has_no_script_or_style_of_ours_in_its_html(
    colleague: Editor, lesson: Callable[..., ClassPage]
) -> None:
    html = colleague.get("wagtailadmin_pages:edit", lesson().pk).content.decode()
    start = html.index("wz-lesson")
    panel = html[start : html.index("</section>", start)]

    assert "<script" not in panel
    assert "<style" not in panel
    assert " style=" not in panel
    assert " onclick" not in panel


@override_settings(WAGTAIL_ZOOM={"API_URL": "http://127.0.0.1:1/v2", "OAUTH_URL": "http://127.0.0.1:1/oauth"})
def test_practice_is_said_in_the_editor(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    assert "Practice Zoom: no real meetings" in colleague.get("wagtailadmin_pages:edit", lesson().pk).content.decode()


@override_settings(WAGTAIL_ZOOM={})
def test_nothing_is_said_about_practice_with_the_real_zoom(colleague: Editor, lesson: Callable[..., ClassPage]) -> None:
    assert "Practice Zoom" not in colleague.get("wagtailadmin_pages:edit", lesson().pk).content.decode()
