"""Somebody of another space, with every right there, who knows the numbers of this one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.schools import School
from tests.test_every_address import ADDRESSES, OTHER_ARGUMENTS
from tests.test_secrets import apps_models
from wagtail_zoom import clock
from wagtail_zoom.models import Approval, LessonMeeting, LessonPage, Meeting, Registrant


SCREENS = {name: needed for name, needed in ADDRESSES.items() if name.startswith("wagtail_zoom_admin:")}

#: Who has no business in the space at all.
STRANGERS = ("anonymous", "learner", "elsewhere")


def rows() -> dict[str, list[Any]]:
    """Return every row of the package."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in apps_models()}


@pytest.fixture
def body(arguments: dict[str, Any], school: School) -> dict[str, Any]:
    """Return a form that says yes to everything, about the objects of this space."""
    approval = Approval.objects.create(site=school.site, act="cancel", figures={}, asked_at=clock.now())
    host = school.hosts["teacher.two"]
    return {
        "confirmed": "1", "all": "1", "person": arguments["registrant_id"], "query": "",
        "meeting": arguments["meeting_id"], "site": school.site.pk, "host": host.pk, "to": host.pk, "new_host": host.pk,
        "user": school.people["teacher.two"].pk, "zoom_ref": "teacher.two@school.example", "approval": approval.pk,
        "answer": "yes", "reason": "because", "complete": "1", "shown": "1", "wanted": "pause", "found": "absent",
        "email": "a@x.example", "first_name": "A", "last_name": "B", "through": school.app.pk, "editors": "on",
        "page": arguments["page_id"], "pages": arguments["page_id"], "choice": "keep", "number": "987 6543 2109",
    }  # fmt: skip


@pytest.mark.parametrize("stranger", STRANGERS)
def test_who_has_no_business_here_changes_no_row_and_asks_zoom_nothing(
    people: dict[str, Client], arguments: dict[str, Any], body: dict[str, Any], school: School, stranger: str
) -> None:
    school.simulator.clear_requests()
    before = rows()
    for name, needed in SCREENS.items():
        known = {**arguments, **OTHER_ARGUMENTS.get(name, {})}
        for act in ("approve", "deny", "cancel", "delete", "retry", "new_link", "try_again", "take_over"):
            if act != "approve" and "act" not in needed:
                continue
            where = reverse(
                name, kwargs={**{key: known[key] for key in needed}, **({"act": act} if "act" in needed else {})}
            )
            people[stranger].post(where, body)
            # Choosing "everybody" is another way than choosing by box.
            people[stranger].post(where, {key: value for key, value in body.items() if key != "all"})

    assert rows() == before
    assert school.simulator.requests() == []


def test_the_same_form_changes_something_for_whoever_may(
    people: dict[str, Client], arguments: dict[str, Any], body: dict[str, Any]
) -> None:
    where = reverse("wagtail_zoom_admin:registrants_decide", args=["deny"])
    people["administrator"].post(where, body)
    assert Registrant.objects.get(pk=arguments["registrant_id"]).wanted == "denied"


@pytest.fixture
def theirs(people: dict[str, Client], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return objects of the other space, in which the stranger may do everything."""
    site = Site.objects.get(hostname="other.example")
    page = LessonPage(title="Theirs", slug="theirs")
    site.root_page.add_child(instance=page)
    meeting = Meeting.objects.create(
        kind="meeting", site=site, zoom_id=91234567890, actual="present", starts_at=clock.now()
    )
    LessonMeeting.objects.create(page=page, meeting=meeting, page_title=page.title, role="owner")
    return {"site_id": site.pk, "page_id": page.pk, "meeting_id": meeting.pk}


@pytest.mark.parametrize("name", sorted(name for name, needed in SCREENS.items() if len(needed) > 1))
def test_an_own_object_in_the_address_opens_no_foreign_one(
    people: dict[str, Client], arguments: dict[str, Any], theirs: dict[str, Any], body: dict[str, Any], name: str
) -> None:
    foreign = [key for key in SCREENS[name] if key.endswith("_id") and key not in theirs]
    if not foreign:
        pytest.skip("names one object only")
    where = reverse(name, kwargs={key: {**arguments, **theirs}[key] for key in SCREENS[name]})
    before = rows()
    for method in ("get", "post"):
        answer = getattr(people["elsewhere"], method)(where, body)
        assert answer.status_code in (302, 403, 404, 405)
        assert answer.status_code != 302 or answer["Location"] == "/admin/"
    assert rows() == before


def test_the_choice_of_a_space_in_a_query_opens_nothing(people: dict[str, Client], body: dict[str, Any]) -> None:
    words = ("Fractions", "teacher.one@school.example", "learner@school.example")
    shown = {}
    for name in (name for name, needed in SCREENS.items() if not needed):
        page = people["elsewhere"].get(reverse(name), body).content.decode()
        shown[name] = [word for word in words if word in page]
    assert not any(shown.values()), shown
