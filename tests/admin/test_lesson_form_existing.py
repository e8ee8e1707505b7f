"""The page form of a lesson that uses what exists on Zoom: who registers, and nothing that belongs to Zoom."""

from __future__ import annotations

import json
from collections.abc import Callable

from wagtail.test.utils import WagtailTestUtils

from tests.admin.editing import Editor, draft_of, errors
from tests.lessons.models import ClassPage
from wagtail_zoom.models import Meeting


FIELDS = (
    "zoom_number",
    "zoom_audience",
    "zoom_date",
    "zoom_host",
    *(f"zoom_option_{name}" for name in ("agenda", "alternative_hosts", "auto_recording", "waiting_room")),
    *(f"zoom_option_{name}" for name in ("registration", "approval", "places", "closes_at")),
)


def test_a_lesson_on_an_existing_meeting_has_who_registers_and_nothing_that_belongs_to_zoom(
    colleague: Editor, lesson: Callable[..., ClassPage], meeting_for: Callable[..., Meeting]
) -> None:
    page = lesson(zoom_kind="existing", zoom_number=12345678901)
    # Times are typed as Zoom's zone reads them, whatever the space's is.
    meeting_for(page, is_owned=False, actual_payload={"timezone": "Asia/Tokyo"})
    typed = {
        "zoom_option_registration": "on",
        "zoom_option_approval": "by_hand",
        "zoom_option_places": "12",
        "zoom_option_closes_at": "2026-11-24T09:00",
    }

    assert errors(colleague.edit(page, **typed)) == {}

    stored = draft_of(page).zoom_options
    assert (stored["registration"], stored["approval"], stored["places"]) == ("on", "by_hand", 12)
    assert stored["closes_at"] == "2026-11-24T00:00:00+00:00"
    html = colleague.get("wagtailadmin_pages:edit", page.pk).content.decode()
    assert 'value="2026-11-24T09:00"' in html
    assert {name for name in FIELDS if "existing" in kinds_shown(html, name)} == {
        "zoom_number",
        "zoom_audience",
        *typed,
    }


def test_places_that_cannot_be_are_an_error_on_publish_for_an_existing_meeting_too(
    colleague: Editor, lesson: Callable[..., ClassPage]
) -> None:
    page = lesson(zoom_kind="existing", zoom_number=12345678901)

    response = colleague.edit(page, publish=True, zoom_option_registration="on", zoom_option_places="0")

    assert "zoom_option_places" in errors(response)


def kinds_shown(html: str, name: str) -> list[str]:
    """Return for which kinds the field, or what it stands in, is shown."""
    field = WagtailTestUtils.get_soup(html).select_one(f"[name={name}]")
    assert field is not None, name
    rules = [json.loads(each["data-w-rules"])["zoom_kind"] for each in field.find_parents(attrs={"data-w-rules": True})]
    return [kind for kind in ("meeting", "webinar", "existing") if all(kind in kinds for kinds in rules)]
