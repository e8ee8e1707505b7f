"""What is said before anything is sent, and who writes to people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from tests.schools import make_user
from tests.services.registering.desks import Desk, learners, open_desk, person
from wagtail_zoom.models import Ledger, Registrant, ZoomSettings
from wagtail_zoom.services import registrants


pytestmark = pytest.mark.django_db


def let_write(desk: Desk, writer: str) -> None:
    ZoomSettings.objects.filter(site=desk.school.site).update(writes_to_people=writer)


def test_the_dry_run_asks_zoom_nothing_and_says_what_the_act_then_does(desk: Desk):
    people = [person(email) for email in learners(65)]

    forecast = registrants.plan_registering(desk.meeting, people)
    assert (desk.requests(), Registrant.objects.count()) == ([], 0)

    registrants.register(desk.meeting, people, source="editor")
    assert registrants.plan(desk.meeting).sentences == forecast.sentences
    desk.work()
    assert sum(desk.calls().values()) == forecast.calls == 3


def test_the_first_line_says_how_many_get_how_many_letters_from_whom(desk: Desk):
    people = [person(email) for email in learners(65)]

    def first(writer: str) -> str:
        let_write(desk, writer)
        return registrants.plan_registering(desk.meeting, people).sentences[0]

    assert first("zoom") == "Zoom writes one e-mail each to 65 people."
    assert first("site") == "This site writes one e-mail each to 65 people."
    assert first("nobody") == "Nobody is written to."


def test_an_academy_reads_that_one_scope_would_save_it_hundreds_of_requests(webinar: Desk):
    forecast = registrants.plan_registering(webinar.meeting, [person(email) for email in learners(300)])

    assert forecast.plan.number_of_writes == 310
    assert any(
        '"webinar:write:batch_registrants:admin"' in each and "10 requests" in each for each in forecast.sentences
    )
    assert any("read first" in each for each in forecast.sentences)


def test_who_cannot_be_registered_is_counted_with_the_reason(desk: Desk):
    host = desk.school.zoom_users[0]["email"]

    said = registrants.plan_registering(
        desk.meeting, [person(host), person("nobody"), *map(person, learners(2))]
    ).sentences

    assert any(each.startswith("Not now: 1.") and "alternative host" in each for each in said)
    assert any(each.startswith("Not now: 1.") and "not an e-mail address" in each for each in said)


def test_a_decision_is_forecast_without_being_made(desk: Desk):
    desk.register(*learners(40))
    desk.work()
    desk.forget_calls()

    forecast = registrants.plan_decision(desk.meeting, Registrant.objects.all(), "cancelled")

    assert (forecast.plan.turned_down, forecast.calls, forecast.letters) == (40, 2, 0)
    assert set(Registrant.objects.values_list("wanted", flat=True)) == {"approved"}
    assert "Cancelled: 40." in forecast.sentences


def test_who_has_to_be_looked_up_first_is_not_said_to_need_nothing(desk: Desk):
    desk.register(*learners(1))
    Registrant.objects.update(actual="unknown")

    sentences = registrants.plan_decision(desk.meeting, Registrant.objects.all(), "denied").sentences

    assert "Looked up on Zoom first: 1 person. What has to be changed there is known only then." in sentences
    assert "Nothing has to be changed on Zoom." not in sentences


def test_an_obstacle_is_said(desk: Desk):
    ZoomSettings.objects.filter(site=desk.school.site).update(is_paused=True)

    assert any("paused" in each for each in registrants.plan(desk.meeting).sentences)


def test_a_required_question_that_nobody_answered_is_said_before_zoom_refuses(desk: Desk):
    ledger = Ledger.objects.create(meeting=desk.meeting)
    ledger.questions = [{"name": "Which class?", "required": True, "custom": True, "type": "short", "choices": []}]
    ledger.save()
    one, two = learners(2)
    desk.register(one)
    registrants.register(desk.meeting, [person(two, answers={"Which class?": "7b"})], source="editor")

    assert any("Which class?" in each for each in registrants.plan(desk.meeting).sentences)
    desk.work()

    assert desk.row(one).error == "questions"
    assert [each["body"].get("custom_questions") for each in desk.requests()] == [
        [{"title": "Which class?", "value": "7b"}]
    ]


# Letters.


def test_where_zoom_writes_its_batches_are_told_to_and_this_site_writes_nothing(desk: Desk):
    let_write(desk, "zoom")
    desk.register(*learners(2))

    desk.work()

    assert desk.requests()[0]["body"]["registrants_confirmation_email"] is True
    assert mail.outbox == []


def test_this_site_writes_once_to_everybody_it_admitted(desk: Desk, make_lesson: Any):
    let_write(desk, "site")
    lesson = make_lesson(desk.meeting, title="Storks")
    user = make_user("learner.1")
    registrants.register(desk.meeting, [registrants.of_user(user), person(learners(2)[1])], source="editor")

    desk.work()
    registrants.read_back(desk.meeting.pk)

    assert desk.requests()[0]["body"]["registrants_confirmation_email"] is False
    assert sorted(letter.to[0] for letter in mail.outbox) == learners(2)
    mine = next(letter for letter in mail.outbox if letter.to == [user.email])
    assert "Storks" in mine.subject
    assert lesson.full_url in mine.body
    assert "tk=" not in mine.body


def test_only_who_has_no_account_here_gets_the_personal_link_by_mail(desk: Desk):
    let_write(desk, "site")
    desk.register(*learners(1))

    desk.work()

    assert registrants.link_of(desk.row(learners(1)[0])) in mail.outbox[0].body


def test_where_zoom_writes_for_a_linked_webinar_this_site_does_not(academy):
    desk = open_desk(academy, kind="webinar", owned=False, settings={"registrants_confirmation_email": True})
    let_write(desk, "site")
    desk.register(*learners(1))

    assert registrants.plan(desk.meeting).writer == "zoom"
    desk.work()

    assert mail.outbox == []


def test_people_from_zooms_lists_are_not_written_to(desk: Desk):
    let_write(desk, "site")
    desk.on_zoom.add(desk.number, {"email": learners(1)[0], "first_name": "Learner"}, auto_approve=True)

    registrants.read_back(desk.meeting.pk)

    assert Registrant.objects.get().actual == "approved"
    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_tried_again_later(desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog):
    let_write(desk, "site")
    desk.register(*learners(1))
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse)
        desk.work()
    assert (desk.row(learners(1)[0]).actual, mail.outbox) == ("approved", [])

    registrants.step(desk.meeting.pk)

    assert len(mail.outbox) == 1


def _refuse(_backend: Any, _messages: Any) -> int:
    raise ConnectionRefusedError("no mail today")
