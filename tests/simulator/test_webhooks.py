"""Webhooks: what is sent when, how it is signed, tried again, and spoiled on demand."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.simulator.receiver import Receiver
from tests.simulator.zoom_app import LEARNER, TEACHER, ZoomApp
from wagtail_zoom import clock
from wagtail_zoom.testing import SimulatorError


@pytest.fixture
def listener(teacher: ZoomApp, receiver: Receiver) -> ZoomApp:
    """Return the teacher's app, which now hears what happens."""
    receiver.secret = teacher.secret_token
    teacher.simulator.patch_app(teacher.client_id, webhook_url=receiver.url)
    return teacher


def test_address_is_challenged_before_it_is_taken(teacher: ZoomApp, receiver: Receiver) -> None:
    receiver.secret = teacher.secret_token

    changed = teacher.simulator.patch_app(teacher.client_id, webhook_url=receiver.url)

    assert changed["webhook_url"] == receiver.url
    assert receiver.received == []


def test_wrong_answer_to_the_challenge_is_refused(teacher: ZoomApp, receiver: Receiver) -> None:
    receiver.answers_challenges = False

    with pytest.raises(SimulatorError, match="not validated") as refused:
        teacher.simulator.patch_app(teacher.client_id, webhook_url=receiver.url)

    assert refused.value.status == 422
    teacher.create()
    assert teacher.simulator.wait_quiet() == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/nobody-listens", "not an address"])
def test_address_where_nobody_answers_is_refused(teacher: ZoomApp, url: str) -> None:
    with pytest.raises(SimulatorError) as refused:
        teacher.simulator.patch_app(teacher.client_id, webhook_url=url)

    assert refused.value.status == 422


def test_deliveries_are_signed_over_their_raw_body(listener: ZoomApp, receiver: Receiver) -> None:
    before = int(clock.machine_time().timestamp())
    listener.create(topic="Brüche")
    listener.simulator.wait_quiet()

    [delivery] = receiver.received
    timestamp = delivery.headers["x-zm-request-timestamp"]
    text = b"v0:" + timestamp.encode() + b":" + delivery.body
    expected = "v0=" + hmac.new(listener.secret_token.encode(), text, hashlib.sha256).hexdigest()
    assert delivery.headers["x-zm-signature"] == expected
    # The clock of the simulator is in another year; the signature's is the real one.
    assert before <= int(timestamp) <= clock.machine_time().timestamp()
    assert delivery.json["event_ts"] // 1000 == pytest.approx(listener.simulator.now().timestamp(), abs=60)
    assert delivery.json["payload"]["object"]["topic"] == "Brüche"


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_life_of_a_meeting_is_told(listener: ZoomApp, receiver: Receiver, kind: str) -> None:
    simulator = listener.simulator
    thing = listener.create(kind, settings={"approval_type": 1, "auto_recording": "cloud"})
    path = f"/{kind}s/{thing['id']}"
    people = [listener.register(thing["id"], kind, email=f"learner.{n}@school.example") for n in range(2)]
    ids = [each["registrant_id"] for each in people]
    for action, chosen in (("approve", ids[0]), ("deny", ids[1]), ("cancel", ids[0])):
        listener.call("PUT", f"{path}/registrants/status", {"action": action, "registrants": [{"id": chosen}]})
    listener.call("PATCH", path, {"topic": "Decimals"})
    simulator.start(thing["id"])
    simulator.join(thing["id"], name="Guest")
    simulator.leave(thing["id"], name="Guest")
    simulator.end(thing["id"])
    listener.call("DELETE", path)

    deliveries = simulator.wait_quiet()

    expected = [
        f"{kind}.created",
        f"{kind}.registration_created",
        f"{kind}.registration_created",
        f"{kind}.registration_approved",
        f"{kind}.registration_denied",
        f"{kind}.registration_cancelled",
        f"{kind}.updated",
        f"{kind}.started",
        f"{kind}.participant_joined",
        f"{kind}.participant_joined",
        f"{kind}.participant_left",
        f"{kind}.participant_left",
        f"{kind}.ended",
        "recording.completed",
        f"{kind}.deleted",
    ]
    assert [each["event"] for each in deliveries] == expected
    assert sorted(receiver.events) == sorted(expected)
    assert {each["state"] for each in deliveries} == {"delivered"}
    assert all(each.json["payload"]["account_id"] == listener.account_id for each in receiver.received)
    numbers = {each.event.partition(".")[2]: each.json["payload"]["object"]["id"] for each in receiver.received}
    as_text = {"started", "ended", "participant_joined", "participant_left"}
    assert {event for event, number in numbers.items() if isinstance(number, str)} == as_text
    assert {int(number) for number in numbers.values()} == {thing["id"]}


def test_registration_events_carry_what_zoom_puts_in(listener: ZoomApp, receiver: Receiver) -> None:
    meeting = listener.create(settings={"approval_type": 1})
    person = listener.register(meeting["id"], city="Bern")
    approve = {"action": "approve", "registrants": [{"id": person["registrant_id"]}]}
    listener.call("PUT", f"/meetings/{meeting['id']}/registrants/status", approve)
    listener.simulator.wait_quiet()

    created = receiver.only("meeting.registration_created")["payload"]["object"]["registrant"]
    approved = receiver.only("meeting.registration_approved")["payload"]["object"]["registrant"]
    assert (created["city"], created["status"], created["join_url"]) == ("Bern", "pending", "")
    assert (approved["email"], "tk=" in approved["join_url"], "city" in approved) == (LEARNER["email"], True, False)


def test_known_address_is_not_told_again_and_batches_tell_of_each_person(listener: ZoomApp, receiver: Receiver) -> None:
    meeting = listener.create(settings={"approval_type": 0})
    people = [{"email": f"learner.{n}@school.example", "first_name": "Learner"} for n in range(3)]
    path = f"/meetings/{meeting['id']}/batch_registrants"
    for _ in range(2):
        assert listener.call("POST", path, {"registrants": people}).status == 201
    listener.simulator.wait_quiet()

    told = [each for each in receiver.received if each.event == "meeting.registration_created"]
    assert len(told) == 3


def test_update_tells_only_what_changed(listener: ZoomApp, receiver: Receiver) -> None:
    meeting = listener.create(topic="Fractions", settings={"host_video": False})
    change = {"topic": "Decimals", "duration": meeting["duration"], "settings": {"host_video": True}}
    listener.call("PATCH", f"/meetings/{meeting['id']}", change)
    listener.simulator.wait_quiet()

    payload = receiver.only("meeting.updated")["payload"]
    assert payload["object"] == {"id": meeting["id"], "topic": "Decimals", "settings": {"host_video": True}}
    assert payload["old_object"] == {"id": meeting["id"], "topic": "Fractions", "settings": {"host_video": False}}
    assert (payload["scope"], payload["operator"]) == ("all", TEACHER["email"])


def test_guests_have_neither_id_nor_address(listener: ZoomApp, receiver: Receiver) -> None:
    simulator = listener.simulator
    meeting = listener.create(settings={"approval_type": 0})
    person = listener.register(meeting["id"])
    simulator.start(meeting["id"])
    simulator.join(meeting["id"], registrant_id=person["registrant_id"])
    simulator.wait_quiet()

    joined = [each.json["payload"]["object"] for each in receiver.received if each.event.endswith("joined")]
    by_name = {each["participant"]["user_name"]: each["participant"] for each in joined}
    assert by_name["Teacher One"]["email"] == TEACHER["email"]
    learner = by_name["Learner One"]
    assert (learner["id"], learner["email"], learner["registrant_id"]) == ("", "", person["registrant_id"])
    assert joined[0]["uuid"] == simulator.meeting(meeting["id"])["instances"][0]["uuid"]


def test_what_people_do_on_zooms_own_site_is_told_too(listener: ZoomApp, receiver: Receiver) -> None:
    simulator = listener.simulator
    number = listener.create()["id"]
    assert simulator.patch_meeting(number, topic="Moved by hand")["topic"] == "Moved by hand"
    simulator.delete_meeting(number)
    simulator.wait_quiet()

    assert receiver.only("meeting.updated")["payload"]["object"]["topic"] == "Moved by hand"
    assert receiver.only("meeting.deleted")["payload"]["operation"] == "all"


def test_every_app_of_the_account_hears_it_and_no_other(
    listener: ZoomApp, receiver: Receiver, new_app: Callable[..., ZoomApp]
) -> None:
    simulator = listener.simulator
    other_account = simulator.add_account(users=[{"email": "host.one@academy.example"}])
    deaf = new_app(scopes=[], webhook_url=receiver.url)
    stranger = new_app(account_id=other_account["account_id"], webhook_url=receiver.url)
    listener.create()

    heard = {each["client_id"] for each in simulator.wait_quiet()}

    assert heard == {listener.client_id, deaf.client_id}
    assert stranger.client_id not in heard


def test_failed_deliveries_are_tried_again_on_the_clock(listener: ZoomApp, receiver: Receiver) -> None:
    simulator = listener.simulator
    receiver.statuses = [500, 404, 302, 500]
    listener.create()
    [delivery] = simulator.wait_quiet()
    assert (delivery["state"], len(delivery["tries"]), delivery["tries"][0]["status"]) == ("retrying", 1, 500)

    for gap, tries, state in ((300, 2, "retrying"), (1200, 3, "retrying"), (3600, 4, "lost")):
        simulator.advance(gap - 30)
        assert len(simulator.wait_quiet()[0]["tries"]) == tries - 1
        simulator.advance(31)
        [delivery] = simulator.wait_quiet()
        assert (len(delivery["tries"]), delivery["state"]) == (tries, state)
    simulator.advance(24 * 3600)
    assert len(simulator.wait_quiet()[0]["tries"]) == 4
    assert len({each.body for each in receiver.received}) == 1
    assert len({each.headers["x-zm-request-id"] for each in receiver.received}) == 1


def test_retry_that_arrives_ends_it(listener: ZoomApp, receiver: Receiver) -> None:
    receiver.statuses = [503, 204]
    listener.create()
    listener.simulator.wait_quiet()
    listener.simulator.advance(301)

    [delivery] = listener.simulator.wait_quiet()

    assert [each["status"] for each in delivery["tries"]] == [503, 204]
    assert delivery["state"] == "delivered"


def test_duplicates_are_the_same_to_the_byte(listener: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.webhooks(duplicate=2)
    listener.create()
    listener.simulator.wait_quiet()

    assert len(receiver.received) == 3
    assert len({each.body for each in receiver.received}) == 1


def test_shuffled_deliveries_leave_in_another_order(listener: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.webhooks(shuffle=True)
    receiver.statuses = []
    for number in range(8):
        listener.create(topic=str(number))
    listener.simulator.wait_quiet()

    arrived = [each.json["payload"]["object"]["topic"] for each in receiver.received]
    assert sorted(arrived) == [str(number) for number in range(8)]
    made = [each["body"]["payload"]["object"]["topic"] for each in listener.simulator.deliveries()]
    assert made == sorted(made)


def test_dropped_deliveries_never_leave(listener: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.webhooks(drop=2)
    for number in range(3):
        listener.create(topic=str(number))
    deliveries = listener.simulator.wait_quiet()

    assert [each["state"] for each in deliveries] == ["dropped", "dropped", "delivered"]
    assert [each.json["payload"]["object"]["topic"] for each in receiver.received] == ["2"]


def test_delayed_deliveries_wait_for_the_clock(listener: ZoomApp, receiver: Receiver) -> None:
    simulator = listener.simulator
    simulator.webhooks(delay=90)
    listener.create()
    assert simulator.deliveries()[0]["state"] == "waiting"
    assert receiver.received == []

    simulator.advance(91)
    simulator.wait_quiet()

    assert receiver.events == ["meeting.created"]


def test_mischief_ends_when_told(listener: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.webhooks(duplicate=1)
    assert listener.simulator.webhooks() == {"duplicate": 0, "shuffle": False, "drop": 0, "delay": 0}
    listener.create()
    listener.simulator.wait_quiet()

    assert len(receiver.received) == 1


def test_slow_answers_count_as_none(listener: ZoomApp, receiver: Receiver, slow: Callable[[], None]) -> None:
    slow()
    listener.create()

    [delivery] = listener.simulator.wait_quiet()

    assert delivery["state"] == "retrying"
    assert delivery["tries"][0]["status"] is None
    assert "3 seconds" in delivery["tries"][0]["error"]


@pytest.fixture
def slow(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Return a function after whose call the receiver keeps its answers back until the test ends."""
    over = threading.Event()
    answer = receiver.take

    def keep_back(delivery: Any) -> Any:
        over.wait(30)
        return answer(delivery)

    yield lambda: monkeypatch.setattr(receiver, "take", keep_back)
    over.set()


def test_inactive_app_hears_nothing(listener: ZoomApp, office: ZoomApp, receiver: Receiver) -> None:
    listener.simulator.patch_app(listener.client_id, active=False)
    office.create(host=TEACHER["email"])

    assert listener.simulator.wait_quiet() == []


def test_address_is_challenged_every_three_days_and_given_up_after_six_failures(
    listener: ZoomApp, office: ZoomApp, receiver: Receiver
) -> None:
    simulator = listener.simulator
    receiver.answers_challenges = False
    for failures in range(1, 7):
        simulator.advance(72 * 3600 + 1)
        simulator.wait_quiet()
        assert simulator.patch_app(listener.client_id)["webhook_failures"] == failures
    office.connect_account()
    office.create(host=TEACHER["email"])
    assert simulator.wait_quiet() == []

    receiver.answers_challenges = True
    simulator.patch_app(listener.client_id, webhook_url=receiver.url)
    office.create(host=TEACHER["email"])
    assert [each["state"] for each in simulator.wait_quiet()] == ["delivered"]


def test_one_right_answer_forgives_earlier_failures(listener: ZoomApp, receiver: Receiver) -> None:
    simulator = listener.simulator
    receiver.answers_challenges = False
    simulator.advance(72 * 3600 + 1)
    simulator.wait_quiet()
    receiver.answers_challenges = True
    simulator.advance(72 * 3600 + 1)
    simulator.wait_quiet()

    assert simulator.patch_app(listener.client_id)["webhook_failures"] == 0


def test_published_app_is_told_that_a_user_removed_it(
    account: dict[str, Any], new_app: Callable[..., ZoomApp], receiver: Receiver
) -> None:
    told = new_app(published=True, webhook_url=receiver.url)
    private = new_app(webhook_url=receiver.url)
    for app in (told, private):
        app.connect()
        app.simulator.revoke_grant(app.client_id, account["users"][0]["id"])
    told.simulator.wait_quiet()

    payload = receiver.only("app_deauthorized")["payload"]
    assert (payload["client_id"], payload["user_id"]) == (told.client_id, account["users"][0]["id"])
