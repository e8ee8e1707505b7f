from __future__ import annotations

import io
import random
from typing import Any

import pytest
from django.core.management import call_command

from tests.afterwards import Lesson
from tests.afterwards import lesson as lesson
from wagtail_zoom.models import Instance, Meeting, Presence, WebhookDelivery
from wagtail_zoom.services import encryption, webhooks


def play(lesson: Lesson) -> None:
    """Play an hour on Zoom: two people, one of whom leaves for a while."""
    control = lesson.school.simulator
    control.start(lesson.number, lesson.at(0))
    control.join(lesson.number, name="Learner One", at=lesson.at(1))
    control.join(lesson.number, name="Learner Two", at=lesson.at(2))
    control.leave(lesson.number, name="Learner One", at=lesson.at(20))
    control.join(lesson.number, name="Learner One", at=lesson.at(30))
    control.end(lesson.number, lesson.at(60))


def remembered(lesson: Lesson) -> Any:
    """Return all that was heard of the lesson, without row numbers."""
    meeting = lesson.meeting
    runs = list(meeting.instances.order_by("uuid").values_list("uuid", "started_at", "ended_at"))
    stays = list(
        Presence.objects.filter(instance__meeting=meeting)
        .order_by("participant_key", "at", "joined")
        .values_list("participant_key", "joined", "at", "name")
    )
    return runs, stays, meeting.live_since, meeting.started_at, meeting.ended_at


def test_a_running_lesson_is_known_to_be_live_with_the_people_in_it(lesson: Lesson) -> None:
    lesson.school.simulator.start(lesson.number, lesson.at(0))
    lesson.school.simulator.join(lesson.number, name="Learner One", at=lesson.at(1))
    assert set(lesson.hand_on()) == {204}
    meeting = lesson.meeting
    assert meeting.is_live(lesson.at(1))
    assert meeting.live_since == lesson.at(0)
    assert meeting.live_count >= 1
    lesson.school.simulator.end(lesson.number, lesson.at(60))
    lesson.hand_on()
    meeting = lesson.meeting
    assert not meeting.is_live(lesson.at(60))
    assert meeting.ended_at == lesson.at(60)


@pytest.mark.parametrize("seed", range(5))
def test_order_and_repetition_of_deliveries_do_not_matter(lesson: Lesson, seed: int) -> None:
    play(lesson)
    deliveries = lesson.come_in()
    lesson.hand_on(deliveries)
    in_order = remembered(lesson)
    WebhookDelivery.objects.all().delete()
    Instance.objects.all().delete()
    shuffled = deliveries * 2
    random.Random(seed).shuffle(shuffled)
    lesson.hand_on(shuffled)
    assert remembered(lesson) == in_order
    assert WebhookDelivery.objects.count() == len(deliveries)


def test_a_lost_leave_is_repaired_by_the_end(lesson: Lesson) -> None:
    play(lesson)
    lesson.hand_on([kept for kept in lesson.come_in() if kept.event != "meeting.participant_left"])
    assert lesson.meeting.live_count == 0
    assert lesson.meeting.live_since is None


def test_deleting_on_zoom_is_noticed_at_once_and_recovering_too(lesson: Lesson) -> None:
    lesson.school.simulator.delete_meeting(lesson.number)
    lesson.hand_on()
    meeting = lesson.meeting
    assert (meeting.actual, meeting.attention) == (Meeting.Actual.GONE, "gone")


def test_a_new_time_on_zoom_shows_as_drift_and_asks_zoom_for_nothing(lesson: Lesson) -> None:
    lesson.at(-50)
    lesson.school.simulator.patch_meeting(lesson.number, topic="Fractions and more")
    lesson.school.simulator.clear_requests()
    lesson.hand_on()
    assert lesson.meeting.actual_payload["topic"] == "Fractions and more"
    assert lesson.meeting.wanted_payload["topic"] == "Fractions"
    assert lesson.school.simulator.requests() == []


def test_a_delivery_about_a_meeting_of_somebody_else_changes_nothing(lesson: Lesson) -> None:
    play(lesson)
    Meeting.objects.update(zoom_id=lesson.number + 1)
    lesson.hand_on()
    assert Instance.objects.count() == 0
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {WebhookDelivery.Status.IGNORED}


def test_what_fails_stays_with_a_redacted_traceback_and_can_be_replayed(lesson: Lesson, settings: Any) -> None:
    lesson.school.simulator.start(lesson.number, lesson.at(0))
    keys = settings.WAGTAIL_ZOOM["ENCRYPTION_KEYS"]
    deliveries = lesson.come_in()
    assert lesson.hand_on(deliveries, handled=False) == [204] * len(deliveries)
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": ["b" * 43 + "="]}
    for _turn in range(5):
        webhooks.drain()
    failed = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.FAILED)
    assert failed.count() == len(deliveries)
    assert "EncryptionError" in failed[0].error
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "ENCRYPTION_KEYS": keys}
    for delivery in failed:
        webhooks.replay(delivery.pk)
    webhooks.drain()
    assert lesson.meeting.live_since == lesson.at(0)


def sync(*options: str) -> str:
    out = io.StringIO()
    call_command("sync_zoom", *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("number", [1, 3, 205])
def test_sync_zoom_counts_deliveries_as_a_person_does(lesson: Lesson, number: int) -> None:
    lesson.school.simulator.start(lesson.number, lesson.at(0))
    lesson.hand_on()
    kept = WebhookDelivery.objects.order_by("pk")[0]
    for copy in range(number):
        row = WebhookDelivery(
            app=kept.app, event=kept.event, occurred_at=kept.occurred_at, received_at=kept.received_at
        )
        row.dedupe_key = f"copy {copy}"
        encryption.encrypt_field(row, "body", encryption.decrypt_field(kept, "body"))
        row.save()

    said = sync()

    assert f"webhook deliveries processed: {number}" in said.strip().split(", ")
    assert "Nothing was due." not in said
    assert not WebhookDelivery.objects.filter(status=WebhookDelivery.Status.WAITING).exists()
    assert "webhook deliveries" not in sync()


def test_sync_zoom_counts_deliveries_that_fail_apart(lesson: Lesson) -> None:
    play(lesson)
    lesson.hand_on(handled=False)
    one, other = WebhookDelivery.objects.order_by("pk")[:2]
    WebhookDelivery.objects.filter(pk=other.pk).update(body=one.body)

    figures = sync().strip().split(", ")

    assert f"webhook deliveries processed: {WebhookDelivery.objects.count() - 1}" in figures
    assert "webhook deliveries not processed: 1" in figures


def test_deliveries_are_stored_sealed(lesson: Lesson) -> None:
    lesson.school.simulator.start(lesson.number, lesson.at(0))
    lesson.school.simulator.join(lesson.number, name="Very Unusual Name", at=lesson.at(1))
    lesson.hand_on()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM wagtail_zoom_webhookdelivery")
        bodies = "".join(row[0] for row in cursor.fetchall())
    assert bodies
    assert "Unusual" not in bodies
