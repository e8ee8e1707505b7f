"""Registration for a webinar or meeting that exists on Zoom, with exactly the scopes of an academy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.frontend.lessons import address, state_of, visitor
from tests.schools import make_user
from tests.services.provisioning.conftest import asked, meeting_of, writes
from tests.services.registering import rolls
from tests.services.registering.desks import zoom_of
from wagtail_zoom.admin.lessons.state_context import describe_state
from wagtail_zoom.models import LessonPage, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import registrants


ON = {"registration": "on", "approval": "everyone"}
BY_HAND, AT_ONCE, OFF = 1, 0, 2

Linked = Callable[..., LessonPage]


@pytest.fixture
def linked(academy: Any, maker: Any, lesson_in: Any, publish: Any) -> Linked:
    """Return a maker of published lessons that use what the host has planned on Zoom."""

    def make(approval_type: int, kind: str = "webinar", audience: str = Audience.LOGGED_IN, **options: Any) -> Any:
        there = maker(kind, settings={"approval_type": approval_type})
        lesson = lesson_in(
            academy,
            zoom_kind="existing",
            zoom_number=there["id"],
            zoom_audience=audience,
            zoom_options={**ON, **options},
        )
        return publish(lesson)

    return make


@pytest.fixture
def roll(settings: Any, academy: Any) -> dict[int, list[Any]]:
    """Let the LMS be one whose lists the test writes."""
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": "tests.services.registering.rolls.Roll"}
    rolls.ENROLLED.clear()
    return rolls.ENROLLED


def notices(page: Any) -> str:
    """Return what the panel tells the editor besides the state."""
    return " ".join(map(str, describe_state(page, page.owner, draft=page)["notices"]))


def statuses(academy: Any, page: Any) -> dict[str, str]:
    return {each["email"]: each["status"] for each in academy.simulator.meeting(page.zoom_number)["registrants"]}


@pytest.mark.parametrize("kind", ["webinar", "meeting"])
@pytest.mark.parametrize("approval_type", [BY_HAND, AT_ONCE])
def test_learners_register_and_cancel_on_the_page_and_nothing_else_is_changed_on_zoom(
    academy: Any, linked: Linked, sync: Any, kind: str, approval_type: int
) -> None:
    page = linked(approval_type, kind)
    learner = make_user("learner.one")
    browser = visitor(page, learner)
    assert state_of(browser, page)["place"]["register"]

    browser.post(address("register", page))
    sync()
    told = state_of(browser, page)["place"]
    assert (told["sentence"], bool(told["cancel"])) == ("You are registered.", True)
    assert statuses(academy, page) == {learner.email: "approved"}

    browser.post(address("cancel", page))
    sync()
    assert statuses(academy, page) == {learner.email: "cancelled"}
    number = page.zoom_number
    paths = {f"/{kind}s/{number}/registrants", f"/{kind}s/{number}/registrants/status"}
    assert {call.split()[1] for call in writes(academy.simulator)} <= paths
    assert all(call["status"] < 400 for call in asked(academy.simulator) if call["method"] != "GET")


@pytest.mark.parametrize(("kind", "name"), [("webinar", "this webinar"), ("meeting", "this meeting")])
def test_where_zoom_takes_no_registrations_the_editor_is_told_why_and_learners_just_join(
    academy: Any, linked: Linked, sync: Any, clocks: Any, kind: str, name: str
) -> None:
    page = linked(OFF, kind)
    assert f"Zoom does not take registrations for {name}" in notices(page)

    browser = visitor(page, make_user("learner.one"))
    assert state_of(browser, page)["place"] is None
    browser.post(address("register", page))
    assert not Registrant.objects.exists()
    clocks.set(meeting_of(page).starts_at)
    assert state_of(browser, page)["join"]["open"]
    assert "tk=" not in browser.get(address("join", page))["Location"]


def test_switched_on_at_zoom_and_published_again_the_class_is_registered_within_the_minute(
    academy: Any, linked: Linked, publish: Any, sync: Any, roll: Any
) -> None:
    page = linked(OFF, audience=Audience.ENROLLED)
    roll[page.pk] = [make_user("learner.one"), make_user("learner.two")]
    sync()
    assert statuses(academy, page) == {}

    academy.simulator.patch_meeting(page.zoom_number, settings={"approval_type": BY_HAND})
    publish(page)
    sync()

    assert list(statuses(academy, page).values()) == ["approved"] * 2
    assert notices(page) == ""


def test_whoever_waited_for_registration_to_be_switched_on_goes_on_with_the_next_reading(
    academy: Any, linked: Linked, sync: Any, clocks: Any
) -> None:
    page = linked(BY_HAND)
    academy.simulator.patch_meeting(page.zoom_number, settings={"approval_type": OFF})
    visitor(page, make_user("learner.one")).post(address("register", page))
    sync()
    assert meeting_of(page).ledger.error == "registration_off"

    academy.simulator.patch_meeting(page.zoom_number, settings={"approval_type": BY_HAND})
    type(meeting_of(page)).objects.update(read_due_at=meeting_of(page).read_at)
    sync()
    sync()

    assert list(statuses(academy, page).values()) == ["approved"]
    assert meeting_of(page).ledger.error == ""


def test_a_lesson_published_with_registration_compares_who_is_enrolled_at_once(
    academy: Any, linked: Linked, publish: Any, sync: Any, roll: Any
) -> None:
    page = linked(BY_HAND, audience=Audience.ENROLLED, registration="off")
    roll[page.pk] = [make_user("learner.one")]
    sync()
    assert statuses(academy, page) == {}

    publish(page, zoom_options=ON)
    sync()
    assert list(statuses(academy, page).values()) == ["approved"]

    roll[page.pk].append(make_user("learner.two"))
    sync()
    assert len(statuses(academy, page)) == 1
    publish(page, title="The same, again")
    sync()
    assert list(statuses(academy, page).values()) == ["approved"] * 2


def test_off_here_and_on_at_zoom_the_editor_is_told_what_join_then_does(linked: Linked) -> None:
    assert "Whoever presses Join is registered by that." in notices(linked(BY_HAND, registration="off"))
    open_to_all = linked(BY_HAND, audience=Audience.EVERYBODY, registration="off")
    assert "others cannot come in until" in notices(open_to_all)


def test_whom_zoom_admits_at_once_is_said_and_who_has_to_wait_here_is_not_sent_before_the_yes(
    academy: Any, linked: Linked, sync: Any
) -> None:
    page = linked(AT_ONCE, approval="by_hand")
    assert "is admitted there at once; this site cannot change that" in notices(page)
    browser = visitor(page, make_user("learner.one"))

    browser.post(address("register", page))
    sync()
    assert (state_of(browser, page)["code"], statuses(academy, page)) == ("pending", {})

    registrants.approve(Registrant.objects.all())
    sync()
    assert list(statuses(academy, page).values()) == ["approved"]


def test_without_the_scope_to_register_it_is_said_that_zoom_lets_nobody_in(academy: Any, linked: Linked) -> None:
    page = linked(BY_HAND)
    connection = meeting_of(page).connection
    connection.scopes = [scope for scope in connection.scopes if scope != "webinar:write:registrant:admin"]
    connection.save()

    assert "may not register anybody" in notices(page)
    assert "webinar:write:registrant" in notices(page)


def test_a_draft_is_told_what_it_would_do(linked: Linked) -> None:
    page = linked(OFF, registration="off")
    assert notices(page) == ""

    page.zoom_options = ON
    assert "Zoom does not take registrations" in notices(page)


def test_a_lesson_on_another_lessons_meeting_is_sent_to_that_lesson(
    everything: Any, lesson_in: Any, publish: Any
) -> None:
    owner = publish(lesson_in(everything))
    number = meeting_of(owner).zoom_id
    page = publish(lesson_in(everything, "Two", zoom_kind="existing", zoom_number=number, zoom_options=ON))

    assert "Registration is off in the lesson for which this meeting was made" in notices(page)


def test_who_registered_on_zoom_before_the_webinar_was_linked_is_there_after_the_next_run(
    academy: Any, linked: Linked, sync: Any
) -> None:
    page = linked(BY_HAND, registration="off", approval="enrolled")
    person = {"email": "visitor.one@elsewhere.example", "first_name": "Visitor"}
    zoom_of(academy).webinars.registrants.add(page.zoom_number, person)

    sync()

    found = Registrant.objects.get()
    assert (found.email, found.source, found.actual) == (person["email"], "zoom", "pending")
