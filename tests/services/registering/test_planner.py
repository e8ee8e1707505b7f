"""The planner alone: pure, so tried with every kind of circumstances."""

from __future__ import annotations

import cProfile
from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.services.registrants.plan import Ability, Entry, Plan, PlanningContext
from wagtail_zoom.services.registrants.planner import plan


EVERYTHING: frozenset[Ability] = frozenset({"add", "batch", "list", "get", "status", "delete"})
MEETING = PlanningContext(kind="meeting", can=EVERYTHING)
WANTED = ("approved", "waiting", "denied", "cancelled", "deleted")
ACTUAL = ("absent", "pending", "approved", "denied", "unknown")


def entry(number: int, wanted: str = "approved", actual: str = "absent", **given_: object) -> Entry:
    registrant_id = "" if actual == "absent" else f"id-{number}"
    key = f"learner.{number}@school.example"
    values = {"registrant_id": registrant_id, "has_link": actual == "approved", **given_}
    return Entry(pk=number, email=key, key=key, wanted=wanted, actual=actual, **values)  # type: ignore[arg-type]


def some(count: int, *given_: str, **more: object) -> list[Entry]:
    return [entry(number, *given_, **more) for number in range(count)]


def acts(planned: Plan) -> list[tuple[str, int]]:
    return [(call.act, len(call.people)) for call in planned.calls]


def codes(planned: Plan) -> list[str]:
    return [cannot.code for cannot in planned.cannot]


def test_three_hundred_go_in_ten_batches():
    assert acts(plan(some(300), MEETING)) == [("add_batch", 30)] * 10


def test_a_series_takes_one_at_a_time():
    assert acts(plan(some(3), replace(MEETING, is_single=False))) == [("add", 1)] * 3


def test_without_the_scope_for_batches_people_go_alone_and_the_plan_says_what_the_scope_would_save():
    around = replace(MEETING, can=EVERYTHING - {"batch"}, missing={"batch": "meeting:write:batch_registrants"})

    planned = plan(some(300), around)

    assert planned.number_of_writes == 300
    assert planned.cheaper == ("meeting:write:batch_registrants", 10)


def test_a_webinar_without_batches_announces_the_approvals_and_the_look_that_follow():
    around = PlanningContext(kind="webinar", can=EVERYTHING - {"batch"}, missing={"batch": "x"})

    planned = plan(some(300), around)

    assert planned.number_of_writes == 310
    assert [call.act for call in planned.later] == ["approve"] * 10 + ["read_links"]
    assert planned.admitted == 300


def test_one_person_alone_goes_by_the_lighter_single_add():
    assert acts(plan(some(31), MEETING)) == [("add_batch", 30), ("add", 1)]


def test_one_person_for_a_webinar_goes_by_batch_since_that_approves_at_once():
    assert acts(plan(some(1), replace(MEETING, kind="webinar"))) == [("add_batch", 1)]


def test_who_has_answers_goes_alone_because_batches_take_none():
    planned = plan([*some(2), entry(9, has_answers=True)], MEETING)

    assert sorted(acts(planned)) == [("add", 1), ("add_batch", 2)]


def test_who_is_denied_on_zoom_is_approved_and_never_added_again():
    assert acts(plan(some(31, "approved", "denied"), MEETING)) == [("approve", 30), ("approve", 1)]


def test_three_hundred_are_cancelled_in_ten_calls():
    assert acts(plan(some(300, "cancelled", "approved"), MEETING)) == [("cancel", 30)] * 10


def test_who_waits_is_denied_and_who_is_in_is_cancelled():
    planned = plan([entry(1, "cancelled", "pending"), entry(2, "denied", "approved")], MEETING)

    assert sorted(acts(planned)) == [("cancel", 1), ("deny", 1)]


def test_hosts_are_left_out_and_told_why():
    planned = plan(some(2), replace(MEETING, hosts=frozenset({"learner.1@school.example"})))

    assert acts(planned) == [("add", 1)]
    assert codes(planned) == ["host"]


def test_places_go_to_the_most_urgent_and_the_rest_wait():
    people = [*some(3, rank=2), entry(8, rank=0)]

    planned = plan(people, replace(MEETING, places=2))

    assert {person.pk for call in planned.calls for person in call.people} == {0, 8}
    assert codes(planned) == ["places", "places"]


def test_who_leaves_goes_before_who_comes():
    planned = plan([entry(1), entry(2, "cancelled", "approved")], MEETING)

    assert [call.act for call in planned.calls] == ["cancel", "add"]


def test_who_waits_in_front_of_a_screen_goes_first():
    planned = plan([*some(60, rank=2), entry(99, rank=0, has_answers=True)], MEETING)

    assert planned.calls[0].people[0].pk == 99


def test_used_up_allowances_stop_only_the_people_whose_they_are():
    planned = plan([entry(1, adds_left=0), entry(2), entry(3, "cancelled", "approved", status_left=0)], MEETING)

    assert acts(planned) == [("add", 1)]
    assert sorted(codes(planned)) == ["adds_used", "status_used"]


def test_a_chunk_that_failed_goes_again_by_itself_and_then_each_alone():
    failed_once = plan([*some(30, attempts=1), *[entry(40 + n) for n in range(30)]], MEETING)
    failed_twice = plan(some(3, attempts=2), MEETING)

    assert [{person.attempts for person in call.people} for call in failed_once.calls] == [{1}, {0}]
    assert acts(failed_twice) == [("add", 1)] * 3


def test_what_is_unknown_is_looked_up_before_anything_is_sent():
    planned = plan(some(5, "approved", "unknown"), MEETING)

    assert acts(planned) == [("read_lists", 5)]
    assert planned.number_of_calls == 3


def test_where_nobody_can_look_an_add_goes_once_more_and_never_a_third_time():
    around = replace(MEETING, can=frozenset({"add"}), missing={"list": "meeting:read:list_registrants"})
    unknown = entry(1, "approved", "unknown", registrant_id="")

    assert acts(plan([replace(unknown, adds_used=1)], around)) == [("add", 1)]
    assert codes(plan([replace(unknown, adds_used=2)], around)) == ["no_answer_blind"]


def test_missing_scopes_are_named():
    around = replace(
        MEETING,
        can=frozenset({"list"}),
        missing={"add": "scope-add", "status": "scope-status", "delete": "scope-delete"},
    )
    people = [
        entry(1),
        entry(2, "cancelled", "approved"),
        entry(3, "deleted", "denied"),
    ]

    assert [cannot.params["scope"] for cannot in plan(people, around).cannot] == [
        "scope-add",
        "scope-status",
        "scope-delete",
    ]


def test_who_cannot_be_deleted_is_cancelled_so_that_they_have_no_way_in():
    around = replace(MEETING, can=EVERYTHING - {"delete"}, missing={"delete": "scope-delete"})

    assert acts(plan([entry(1, "deleted", "approved")], around)) == [("cancel", 1)]


def test_links_are_read_one_by_one_or_from_the_list_whichever_is_less():
    people = some(3, "approved", "approved", has_link=False)

    assert acts(plan(people, replace(MEETING, approved_pages=34))) == [("read_one", 1)] * 3
    assert acts(plan(people, MEETING)) == [("read_links", 3)]


def test_who_waits_here_is_not_sent_where_zoom_admits_everybody():
    assert codes(plan([entry(1, "waiting")], replace(MEETING, approval="automatic"))) == ["admits_at_once"]


def test_registration_switched_off_is_said_and_nothing_is_sent():
    assert codes(plan(some(2), replace(MEETING, approval="off"))) == ["registration_off"] * 2


abilities = st.frozensets(st.sampled_from(sorted(EVERYTHING)))
people = st.builds(
    entry,
    st.integers(0, 10_000),
    st.sampled_from(WANTED),
    st.sampled_from(ACTUAL),
    attempts=st.integers(0, 3),
    adds_used=st.integers(0, 3),
    adds_left=st.integers(0, 3),
    status_left=st.integers(0, 2),
    has_answers=st.booleans(),
    has_link=st.booleans(),
    occurrence_id=st.sampled_from(["", "1"]),
    rank=st.integers(0, 2),
)


@given(
    st.lists(people, max_size=80, unique_by=lambda each: each.pk),
    abilities,
    st.sampled_from(["meeting", "webinar"]),
    st.sampled_from(["automatic", "manual", "off", ""]),
    st.one_of(st.none(), st.integers(0, 20)),
    st.booleans(),
)
def test_everybody_ends_in_exactly_one_place_and_no_call_is_illegal(everybody, can, kind, approval, places, is_single):
    around = PlanningContext(kind=kind, can=can, approval=approval, places=places, is_single=is_single)

    planned = plan(everybody, around)

    sent = [person.pk for call in planned.calls for person in call.people]
    refused = [cannot.entry.pk for cannot in planned.cannot]
    assert sorted([*sent, *refused, *planned.settled]) == sorted(each.pk for each in everybody)
    needs = {
        "read_lists": "list", "read_links": "list", "read_one": "get", "cancel": "status", "deny": "status",
        "approve": "status", "delete": "delete", "add_batch": "batch", "add_batch_waiting": "batch",
    }  # fmt: skip
    for call in planned.calls:
        assert needs.get(call.act, "add") in can
        assert 1 <= len(call.people) <= 30 or call.act.startswith("read")
        assert len({person.occurrence_id for person in call.people}) == 1 or call.act.startswith("read")
        assert is_single or "batch" not in call.act
    if places is not None:
        assert planned.admitted <= places


def test_planning_ten_times_as_many_people_takes_ten_times_as_many_steps():
    pairs = list(product(WANTED, ACTUAL))

    def steps(people: int) -> int:
        everybody = [entry(number, *pairs[number % len(pairs)]) for number in range(people)]
        profile = cProfile.Profile()
        profile.runcall(plan, everybody, MEETING)
        return sum(each.callcount for each in profile.getstats())

    assert steps(20_000) < 11 * steps(2_000)
