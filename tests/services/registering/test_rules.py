"""The site's own rules: asked in order, never guessed when they fail."""

from __future__ import annotations

import pytest
from wagtail import hooks

from tests.services.registering.desks import Desk, learners
from wagtail_zoom.models import Registrant
from wagtail_zoom.services import registrants
from wagtail_zoom.services.registrants.hooks import RulesFailed


pytestmark = pytest.mark.django_db


def failing(*_given: object) -> None:
    raise RuntimeError("no database of fees today")


def test_filters_get_what_the_one_before_returned(desk: Desk):
    one, two, three = learners(3)
    first = hooks.register_temporarily("zoom_filter_people", lambda _meeting, people, _source: people[:2], order=1)
    second = hooks.register_temporarily("zoom_filter_people", lambda _meeting, people, _source: people[1:], order=2)

    with first, second:
        desk.register(one, two, three)

    assert list(Registrant.objects.values_list("email", flat=True)) == [two]


def test_a_filter_that_raises_changes_nobody(desk: Desk):
    with hooks.register_temporarily("zoom_filter_people", failing), pytest.raises(RulesFailed):
        desk.register(*learners(2))

    assert not Registrant.objects.exists()


def test_one_objection_is_enough_and_stands_on_the_row(desk: Desk):
    one, two = learners(2)
    agreeing = hooks.register_temporarily("zoom_veto_registrant", lambda _row: None)
    objecting = hooks.register_temporarily(
        "zoom_veto_registrant", lambda row: "The fee has not been paid." if row.email == one else ""
    )
    desk.register(one, two)

    with agreeing, objecting:
        desk.work()

    assert desk.statuses() == {two: "approved"}
    row = desk.row(one)
    assert registrants.sentence(row.error, row.error_params).endswith("The fee has not been paid.")


def test_an_objection_never_keeps_anybody_on_zoom(desk: Desk):
    desk.register(*learners(1))
    desk.work()
    registrants.cancel(Registrant.objects.all())

    with hooks.register_temporarily("zoom_veto_registrant", lambda _row: "no"):
        desk.work()

    assert set(desk.statuses().values()) == {"cancelled"}


def test_who_is_vetoed_by_a_rule_that_fails_waits_and_is_asked_about_again(desk: Desk, clocks):
    desk.register(*learners(1))

    with hooks.register_temporarily("zoom_veto_registrant", failing):
        desk.work()
    assert (desk.statuses(), desk.row(learners(1)[0]).error) == ({}, "rules_failed")

    clocks.advance(hours=1, seconds=1)
    desk.work()
    assert desk.statuses() == {learners(1)[0]: "approved"}


def test_the_payload_may_change_names_and_answers_and_never_the_address(desk: Desk):
    def rename(_row: Registrant, payload: dict) -> dict:
        return {**payload, "email": "intruder@school.example", "first_name": "Class 7b", "org": "School"}

    desk.register(*learners(1))
    with hooks.register_temporarily("zoom_registrant_payload", rename):
        desk.work()

    sent = desk.requests()[-1]["body"]
    assert (sent["email"], sent["first_name"], sent["org"]) == (learners(1)[0], "Class 7b", "School")


def test_a_payload_rule_that_fails_for_one_lets_the_others_of_the_batch_go(desk: Desk):
    one, two, three = learners(3)

    def picky(row: Registrant, payload: dict) -> dict:
        if row.email == two:
            raise RuntimeError("unknown class")
        return payload

    desk.register(one, two, three)
    with hooks.register_temporarily("zoom_registrant_payload", picky):
        desk.work()

    assert set(desk.statuses()) == {one, three}
    assert desk.row(two).error == "rules_failed"
