"""What an editor sees of registrants, and does about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageLogEntry

from tests.admin.editing import Editor
from tests.admin.registrants.conftest import allow, text
from tests.schools import make_editor, make_space, make_user
from tests.services.registering import rolls
from tests.services.registering.desks import Desk, learners
from wagtail_zoom.admin.registrants.index import RegistrantsView
from wagtail_zoom.models import Meeting, Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.permissions import Right
from wagtail_zoom.services.registrants import error_messages


pytestmark = pytest.mark.django_db

ONE, TWO, THREE = learners(3)
LISTING = "wagtail_zoom_admin:registrants"


# Who sees what.


def test_the_listing_shows_people_with_their_state_and_counts(desk: Desk, manager: Editor):
    desk.register(ONE, TWO, "not an address")
    desk.work()

    shown = text(manager.get(LISTING, meeting=desk.meeting.pk))

    assert ONE in shown and TWO in shown
    assert "Registered: 2" in shown
    assert "Needs attention: 1" in shown
    assert "This is not an e-mail address that Zoom would take." in shown
    assert "tk=" not in shown


def test_sorting_and_the_next_page_stay_with_the_meeting(desk: Desk, manager: Editor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(RegistrantsView, "paginate_by", 2)
    desk.register(ONE, TWO, THREE)
    shown = BeautifulSoup(manager.get(LISTING, meeting=desk.meeting.pk).content, "html.parser")
    links = [str(link["href"]) for link in shown.select("thead a[href], nav.pagination a[href]")]

    assert any("ordering=" in link for link in links) and any("p=2" in link for link in links)
    for link in links:
        assert parse_qs(urlsplit(link).query)["meeting"] == [str(desk.meeting.pk)], link


def test_an_editor_without_the_right_sees_counts_and_nobody(desk: Desk, editor: Editor):
    desk.register(ONE)
    desk.work()

    shown = text(editor.get(LISTING, meeting=desk.meeting.pk))

    assert "Registered: 1" in shown
    assert ONE not in shown
    assert "not who they are" in shown
    assert editor.get(LISTING).status_code == 302


def test_who_has_nothing_to_do_with_the_space_sees_nothing(desk: Desk, editor_for: Callable[[Any], Editor]):
    other = make_space("other.example", "Other")
    stranger = make_editor("stranger", other.root_page)
    allow(stranger, other, Right.MANAGE_REGISTRANTS)
    desk.register(ONE)
    row = desk.row(ONE)
    visitor = editor_for(stranger)

    assert ONE not in text(visitor.get(LISTING))
    assert visitor.get(LISTING, meeting=desk.meeting.pk).status_code == 302
    assert visitor.get("wagtail_zoom_admin:registrant", row.pk).status_code == 404
    assert visitor.get("wagtail_zoom_admin:registrants_add", desk.meeting.pk).status_code == 302
    visitor.post("wagtail_zoom_admin:registrants_decide", "cancel", person=row.pk, confirmed=1)
    assert desk.row(ONE).wanted == "approved"


def test_who_may_only_look_cannot_act(desk: Desk, editor_for: Callable[[Any], Editor]):
    user = make_editor("viewer.one", desk.school.site.root_page)
    allow(user, desk.school.site, Right.VIEW_REGISTRANTS)
    desk.register(ONE)
    viewer = editor_for(user)

    shown = text(viewer.get(LISTING, meeting=desk.meeting.pk))
    assert ONE in shown
    assert "wz-registrants-acts" not in shown.split("<table")[0]
    viewer.post("wagtail_zoom_admin:registrants_decide", "cancel", person=desk.row(ONE).pk, confirmed=1)
    assert desk.row(ONE).wanted == "approved"
    assert viewer.get("wagtail_zoom_admin:registrants_upload", desk.meeting.pk).status_code == 302


def test_the_lesson_has_a_button_with_the_number(desk: Desk, manager: Editor):
    desk.register(ONE, TWO)
    page = desk.meeting.lessons.get().page

    shown = text(manager.client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))

    assert "Registrants (2)" in shown
    assert f"{reverse(LISTING)}?meeting={desk.meeting.pk}" in shown


# Finding people.


def test_filters_and_search_leave_whom_they_name(desk: Desk, manager: Editor):
    desk.register(ONE, TWO, "nobody")
    registrants.deny(Registrant.objects.filter(email=TWO))

    def found(**query: Any) -> set[str]:
        shown = text(manager.get("wagtail_zoom_admin:registrants_results", meeting=desk.meeting.pk, **query))
        return {email for email in (ONE, TWO, "nobody") if f"· {email}" in shown}

    assert found(state="problem") == {"nobody"}
    assert found(q="learner.2") == {TWO}
    assert found(source="csv") == set()
    assert found(course="stork") == {ONE, TWO, "nobody"}
    assert found(course="whales") == set()
    assert found(error="bad_email") == {"nobody"}


def test_every_reason_can_be_chosen_in_words(desk: Desk, manager: Editor):
    shown = text(manager.get(LISTING))
    assert list(error_messages.LABELS) == list(error_messages.PERSONAL)
    assert "Mistyped e-mail address" in shown
    assert "bad email" not in shown


def test_a_listing_of_many_costs_few_queries(desk: Desk, manager: Editor):
    Registrant.objects.bulk_create(
        [
            Registrant(meeting=desk.meeting, email=email, email_key=email, source="csv", actual="approved")
            for email in learners(1500)
        ]
    )
    results = "wagtail_zoom_admin:registrants_results"
    manager.get(results, meeting=desk.meeting.pk)

    with CaptureQueriesContext(connection) as queries:
        manager.get(results, meeting=desk.meeting.pk)

    assert len(queries) <= 25


# Bulk actions.


def test_a_bulk_action_says_what_it_would_do_and_does_it_when_confirmed(desk: Desk, manager: Editor):
    desk.register(ONE, TWO)
    desk.work()
    chosen = [desk.row(ONE).pk, desk.row(TWO).pk]

    asked = text(manager.post("wagtail_zoom_admin:registrants_decide", "cancel", person=chosen))
    assert "Cancelled: 2." in asked
    assert "1 request to Zoom" in asked
    assert set(desk.statuses().values()) == {"approved"}

    manager.post("wagtail_zoom_admin:registrants_decide", "cancel", person=chosen, confirmed=1)
    assert set(desk.statuses().values()) == {"cancelled"}
    assert PageLogEntry.objects.filter(action="wagtail_zoom.registrants_cancel").count() == 1


def test_the_button_that_cancels_registrations_is_not_taken_for_the_one_that_leaves_the_question(
    desk: Desk, manager: Editor
):
    desk.register(ONE)
    desk.work()

    asked = text(manager.post("wagtail_zoom_admin:registrants_decide", "cancel", person=[desk.row(ONE).pk]))
    assert ">Cancel registration</button>" in asked
    assert ">Cancel</button>" not in asked


def test_a_registrants_page_leads_back_to_the_list_it_came_from(desk: Desk, manager: Editor):
    desk.register(ONE)

    shown = text(manager.get("wagtail_zoom_admin:registrant", desk.row(ONE).pk))
    assert (
        f'href="{reverse("wagtail_zoom_admin:registrants")}?meeting={desk.meeting.pk}">Back to the registrants' in shown
    )


def test_everybody_listed_means_whom_the_filters_leave_on_all_pages(desk: Desk, manager: Editor):
    desk.register(*learners(60))
    registrants.deny(Registrant.objects.filter(email=ONE))
    desk.work()
    query = f"meeting={desk.meeting.pk}&state=denied"

    manager.post("wagtail_zoom_admin:registrants_decide", "approve", all=1, query=query, confirmed=1)
    assert not Registrant.objects.filter(wanted="denied").exists()

    manager.post(
        "wagtail_zoom_admin:registrants_decide", "cancel", all=1, query=f"meeting={desk.meeting.pk}", confirmed=1
    )
    assert Registrant.objects.filter(wanted="cancelled").count() == 60


def test_nobody_chosen_is_said(desk: Desk, manager: Editor):
    answer = manager.post("wagtail_zoom_admin:registrants_decide", "deny", query=f"meeting={desk.meeting.pk}")

    assert answer.url.endswith(f"?meeting={desk.meeting.pk}")
    assert "Choose at least one person first." in text(manager.client.get(answer.url))


def test_an_act_nobody_knows_does_not_exist(desk: Desk, manager: Editor):
    assert manager.post("wagtail_zoom_admin:registrants_decide", "teleport", person=1).status_code == 404


# Registering.


def test_one_person_by_hand(desk: Desk, manager: Editor):
    manager.post("wagtail_zoom_admin:registrants_add", desk.meeting.pk, email=ONE, first_name="Learner")
    assert desk.statuses() == {ONE: "approved"}

    answer = manager.post("wagtail_zoom_admin:registrants_add", desk.meeting.pk, email=f" {ONE.upper()} ")
    assert "registered already" in text(manager.client.get(answer.url))
    assert "valid email" in text(manager.post("wagtail_zoom_admin:registrants_add", desk.meeting.pk, email="nobody"))


def test_everyone_on_the_course_with_the_dry_run_as_the_question(desk: Desk, manager: Editor, settings: Any):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    people = [make_user("learner.1"), make_user("learner.2")]
    rolls.ENROLLED[desk.meeting.lessons.get().page_id] = people

    asked = text(manager.get("wagtail_zoom_admin:registrants_everyone", desk.meeting.pk))
    assert "2 people are enrolled." in asked
    assert "Registered on Zoom: 2." in asked
    assert not Registrant.objects.exists()

    manager.post("wagtail_zoom_admin:registrants_everyone", desk.meeting.pk)
    assert desk.statuses() == {user.email: "approved" for user in people}


def test_everyone_on_the_course_of_a_lesson_that_is_open_to_others(desk: Desk, manager: Editor, settings: Any):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    lesson = desk.meeting.lessons.get().page.specific
    type(lesson).objects.update(zoom_audience="logged_in")
    rolls.ENROLLED[lesson.pk] = people = [make_user("learner.1"), make_user("learner.2")]

    asked = text(manager.get("wagtail_zoom_admin:registrants_everyone", desk.meeting.pk))
    assert "2 people are enrolled." in asked
    assert "who leaves keeps the place" in asked

    answer = manager.post("wagtail_zoom_admin:registrants_everyone", desk.meeting.pk)
    assert desk.statuses() == {user.email: "approved" for user in people}
    said = text(manager.client.get(answer.url))
    assert "Registered: 2. From now on, who enrols is registered." in said
    assert "could not be read" not in said


@pytest.mark.parametrize("name", ["registrants_add", "registrants_everyone", "registrants_upload"])
def test_each_screen_has_a_title_for_the_browser(desk: Desk, manager: Editor, name: str):
    shown = BeautifulSoup(manager.get(f"wagtail_zoom_admin:{name}", desk.meeting.pk).content, "html.parser")
    title, heading = shown.title, shown.select_one("h1, h2")
    assert title and heading
    assert title.get_text().strip().removesuffix("- Wagtail").strip() in " ".join(heading.get_text(" ").split())
    assert not title.get_text().strip().startswith("-")


def test_an_lms_without_lists_is_said(desk: Desk, manager: Editor):
    asked = text(manager.get("wagtail_zoom_admin:registrants_everyone", desk.meeting.pk))

    assert "Who is enrolled in “Storks” is not known" in asked


def test_zooms_list_is_read_on_a_button_and_the_screen_says_when_it_was(desk: Desk, manager: Editor, editor: Editor):
    desk.on_zoom.add(desk.number, {"email": ONE, "first_name": "Learner"})
    shown = text(manager.get(LISTING, meeting=desk.meeting.pk))
    assert "Read Zoom's list now" in shown
    assert "last read" not in shown

    editor.post("wagtail_zoom_admin:registrants_read", desk.meeting.pk)
    assert not Registrant.objects.exists()
    manager.post("wagtail_zoom_admin:registrants_read", desk.meeting.pk)

    assert desk.row(ONE).actual == "pending"
    shown = text(manager.get(LISTING, meeting=desk.meeting.pk))
    assert "list was last read: " in shown
    assert set(desk.calls()) == {"GET registrants", "GET registrants/questions"}


def test_while_people_are_on_the_way_the_screen_asks_again_and_says_who_works(desk: Desk, manager: Editor):
    desk.register(ONE, TWO)
    address = f"{reverse('wagtail_zoom_admin:registrants_results')}?meeting={desk.meeting.pk}"

    shown = text(manager.get(LISTING, meeting=desk.meeting.pk))
    assert "2 people are on the way to Zoom. It goes on every minute in the background" in shown
    assert f'data-wz-progress-url-value="{address}" data-wz-progress-interval-value="15000"' in shown

    desk.work()
    shown = text(manager.client.get(address))
    assert 'data-wz-progress-interval-value="0"' in shown
    assert "on the way to Zoom." not in shown.replace("nobody is on the way to Zoom any more.", "")


# One person.


def test_the_page_of_one_person_tells_their_history(desk: Desk, manager: Editor):
    desk.register(ONE)
    desk.work()
    registrants.cancel(Registrant.objects.all(), by=manager.user)

    shown = text(manager.get("wagtail_zoom_admin:registrant", desk.row(ONE).pk))

    assert "On Zoom: not on Zoom → approved" in shown
    assert "Wanted: approved → cancelled" in shown
    assert "manager.one" in shown
    assert "tk=" not in shown


def test_a_person_says_which_account_a_registration_belongs_to(desk: Desk, manager: Editor):
    user = make_user("learner.one")
    registrants.register(desk.meeting, [registrants.Person(ONE)], source="zoom")
    row = desk.row(ONE)

    assert "no account" in text(manager.post("wagtail_zoom_admin:registrant", row.pk, account="nobody"))
    manager.post("wagtail_zoom_admin:registrant", row.pk, account="learner.one")

    assert desk.row(ONE).user == user
    assert not ModelLogEntry.objects.filter(label__contains="tk=").exists()
    assert Meeting.objects.count() == 1
