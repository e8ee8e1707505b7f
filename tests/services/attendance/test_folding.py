from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.api.responses import ParticipantRow
from wagtail_zoom.models import Presence
from wagtail_zoom.services.attendance.intervals import (
    Interval,
    aggregate_presence,
    aggregate_report,
    clipped,
    merged,
    seconds,
)


TEN = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
LATER = TEN + dt.timedelta(hours=5)


def at(minutes):
    return TEN + dt.timedelta(minutes=minutes)


def stay(begin, end, **fields):
    return ParticipantRow(name="Learner One", join_time=at(begin), leave_time=at(end), **fields)


def minutes(people, key):
    return seconds(people[key].stretches) / 60


def test_overlapping_joins_count_once():
    people = aggregate_report([stay(0, 30, registrant_id="r"), stay(20, 50, registrant_id="r")], now=LATER)
    assert minutes(people, "registrant:r") == 50


def test_a_rejoin_after_a_break_counts_both_parts():
    people = aggregate_report([stay(0, 10, registrant_id="r"), stay(20, 30, registrant_id="r")], now=LATER)
    assert minutes(people, "registrant:r") == 20
    assert len(people["registrant:r"].stretches) == 2


def test_a_breakout_room_within_the_lesson_adds_nothing():
    rows = [stay(0, 60, registrant_id="r"), stay(20, 40, registrant_id="r", breakout_room_id="b")]
    assert minutes(aggregate_report(rows, now=LATER), "registrant:r") == 60


def test_the_waiting_room_is_not_the_lesson():
    rows = [stay(0, 9, registrant_id="r", status="in_waiting_room"), stay(9, 19, registrant_id="r")]
    assert minutes(aggregate_report(rows, now=LATER), "registrant:r") == 10


def test_two_guests_of_the_same_name_stay_two():
    people = aggregate_report([stay(0, 30, participant_uuid="a"), stay(0, 10, participant_uuid="b")], now=LATER)
    assert minutes(people, "guest:a") == 30
    assert minutes(people, "guest:b") == 10


def test_guests_without_any_number_are_never_merged():
    assert len(aggregate_report([stay(0, 30), stay(0, 30)], now=LATER)) == 2


def test_the_address_is_compared_without_case_and_spaces():
    people = aggregate_report([stay(0, 10, email="Á@b.example"), stay(10, 20, email=" á@B.example ")], now=LATER)
    assert list(people) == ["email:á@b.example"]


def test_times_in_the_future_end_now():
    rows = [stay(0, 600, registrant_id="r")]
    assert minutes(aggregate_report(rows, now=at(60)), "registrant:r") == 60


def test_a_stay_without_an_end_uses_its_duration():
    rows = [ParticipantRow(registrant_id="r", join_time=TEN, duration=90)]
    assert seconds(aggregate_report(rows, now=LATER)["registrant:r"].stretches) == 90


def test_a_stay_without_times_shows_that_somebody_was_there():
    people = aggregate_report([ParticipantRow(registrant_id="r", name="Learner One")], now=LATER)
    assert people["registrant:r"].stretches == []


def test_clipping_keeps_only_the_lesson_s_own_time():
    stretches = [Interval(int(at(-10).timestamp()), int(at(70).timestamp()))]
    assert seconds(clipped(stretches, at(0), at(60))) == 3600
    assert clipped(stretches, at(80), None) == []


def moment(minutes_in, joined, key="p1", **fields):
    return Presence(participant_key=key, joined=joined, at=at(minutes_in), name="Learner One", **fields)


def test_a_leave_that_arrives_after_the_rejoin_is_put_in_its_place():
    rows = [moment(0, True), moment(21, True), moment(20, False), moment(60, False)]
    assert seconds(aggregate_presence(rows, ended_at=at(60))["guest:p1"].stretches) == 59 * 60


def test_a_second_device_is_not_counted_twice_and_closing_it_is_no_leaving():
    rows = [moment(5, True), moment(10, True), moment(30, False), moment(45, False)]
    assert seconds(aggregate_presence(rows, ended_at=at(60))["guest:p1"].stretches) == 40 * 60


def test_who_is_not_heard_to_leave_was_there_until_the_end():
    assert seconds(aggregate_presence([moment(10, True)], ended_at=at(60))["guest:p1"].stretches) == 50 * 60


def test_a_leave_without_a_join_tells_only_that_somebody_was_there():
    assert aggregate_presence([moment(10, False)], ended_at=at(60))["guest:p1"].stretches == []


STAYS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=30)


@given(STAYS)
def test_merging_counts_each_second_once(stays):
    union = merged(Interval(*pair) for pair in stays)
    covered = {second for begin, end in stays for second in range(begin, end)}
    assert seconds(union) == len(covered)
    assert all(one.end < two.begin for one, two in zip(union, union[1:], strict=False))


MOMENTS = st.lists(
    st.tuples(st.integers(0, 90), st.booleans(), st.sampled_from(["p1", "p2"])), max_size=20, unique=True
)


@given(MOMENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_presence_was_heard_does_not_matter(moments, random):
    rows = [moment(when, joined, key) for when, joined, key in moments]
    shuffled = rows[:]
    random.shuffle(shuffled)
    in_order = aggregate_presence(rows, ended_at=at(90))
    out_of_order = aggregate_presence(shuffled, ended_at=at(90))
    assert {key: person.stretches for key, person in in_order.items()} == {
        key: person.stretches for key, person in out_of_order.items()
    }
