"""Registrants of meetings and webinars: added, approved, cancelled, listed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.zoom_app import LEARNER, OTHER_TEACHER, TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


KINDS = pytest.mark.parametrize("kind", ["meeting", "webinar"])


def people(count: int) -> list[dict[str, str]]:
    return [
        {"email": f"learner.{n}@school.example", "first_name": "Learner", "last_name": str(n)} for n in range(count)
    ]


def listed(app: ZoomApp, path: str, **query: Any) -> list[str]:
    return [each["email"] for each in app.call("GET", f"{path}/registrants", **query).json["registrants"]]


@KINDS
def test_automatic_approval_gives_a_personal_link(simulator: SimulatorControl, teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})

    person = teacher.register(thing["id"], kind)

    assert person["join_url"].startswith(f"{simulator.base_url}/w/{thing['id']}?tk=")
    assert (person["id"], person["topic"]) == (thing["id"], "Fractions")
    assert ("participant_pin_code" in person) is (kind == "meeting")
    read = teacher.call("GET", f"/{kind}s/{thing['id']}/registrants/{person['registrant_id']}").json
    assert (read["email"], read["status"], read["join_url"]) == (LEARNER["email"], "approved", person["join_url"])


@KINDS
def test_no_usable_link_while_approval_is_pending(teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 1})
    path = f"/{kind}s/{thing['id']}"

    person = teacher.register(thing["id"], kind)

    assert person["join_url"] == ""
    assert listed(teacher, path) == []
    [pending] = teacher.call("GET", f"{path}/registrants", status="pending").json["registrants"]
    assert "join_url" not in pending

    approve = {"action": "approve", "registrants": [{"id": person["registrant_id"], "email": LEARNER["email"]}]}
    answer = teacher.call("PUT", f"{path}/registrants/status", approve)
    assert (answer.status, answer.text) == (204, "")
    [approved] = teacher.call("GET", f"{path}/registrants").json["registrants"]
    assert "tk=" in approved["join_url"]


def test_auto_approve_is_for_manual_approval_of_meetings(teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 1})
    webinar = teacher.create("webinar", settings={"approval_type": 1})

    assert teacher.register(meeting["id"], auto_approve=True)["join_url"]
    assert teacher.register(webinar["id"], "webinar", auto_approve=True)["join_url"] == ""


@KINDS
def test_known_address_hands_back_the_same_registrant(simulator: SimulatorControl, teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})
    first = teacher.register(thing["id"], kind)

    again = teacher.register(thing["id"], kind, email=LEARNER["email"].upper(), first_name="Another")

    assert (again["registrant_id"], again["join_url"]) == (first["registrant_id"], first["join_url"])
    [known] = simulator.meeting(thing["id"])["registrants"]
    assert known["first_name"] == LEARNER["first_name"]


@KINDS
def test_cancelled_people_stand_among_the_denied_and_stay_there(teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})
    path = f"/{kind}s/{thing['id']}"
    person = teacher.register(thing["id"], kind)
    by_address = {"action": "cancel", "registrants": [{"email": LEARNER["email"]}]}
    assert teacher.call("PUT", f"{path}/registrants/status", by_address).status == 204

    assert (listed(teacher, path), listed(teacher, path, status="denied")) == ([], [LEARNER["email"]])
    shown = teacher.call("GET", f"{path}/registrants", status="denied").json["registrants"][0]
    assert shown["status"] == "denied"
    assert "join_url" not in shown
    assert teacher.register(thing["id"], kind)["join_url"] == ""

    approve = {"action": "approve", "registrants": [{"id": person["registrant_id"]}]}
    teacher.call("PUT", f"{path}/registrants/status", approve)
    assert listed(teacher, path) == [LEARNER["email"]]


def test_actions_that_do_not_fit_the_status_are_passed_over(simulator: SimulatorControl, teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 1})
    person = teacher.register(meeting["id"])
    path = f"/meetings/{meeting['id']}/registrants/status"

    for body in (
        {"action": "cancel", "registrants": [{"id": person["registrant_id"]}]},
        {"action": "approve", "registrants_list": [{"id": person["registrant_id"]}]},
        {"action": "approve", "registrants": [{"id": "unknown"}]},
    ):
        assert teacher.call("PUT", path, body).status == 204
        assert simulator.meeting(meeting["id"])["registrants"][0]["status"] == "pending"
    assert teacher.call("PUT", path, {"action": "delete"}).code == 300
    too_many = {"action": "approve", "registrants": [{"id": str(n)} for n in range(31)]}
    assert teacher.call("PUT", path, too_many).code == 300


@KINDS
def test_deleted_registrant_is_gone(teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})
    own = f"/{kind}s/{thing['id']}/registrants/{teacher.register(thing['id'], kind)['registrant_id']}"

    answer = teacher.call("DELETE", own)

    assert (answer.status, answer.text) == (204, "")
    unknown = 3079 if kind == "webinar" else 300
    assert [teacher.call(method, own).code for method in ("GET", "DELETE")] == [unknown, unknown]


@KINDS
def test_lists_are_approved_and_thirty_a_page_unless_said_otherwise(teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})
    path = f"/{kind}s/{thing['id']}"
    for start in (0, 30):
        batch = {"registrants": people(65)[start : start + 30]}
        assert teacher.call("POST", f"{path}/batch_registrants", batch).status == 201
    for person in people(65)[60:]:
        teacher.register(thing["id"], kind, **person)

    first = teacher.call("GET", f"{path}/registrants").json
    second = teacher.call("GET", f"{path}/registrants", next_page_token=first["next_page_token"]).json
    third = teacher.call("GET", f"{path}/registrants", next_page_token=second["next_page_token"]).json

    assert (first["page_size"], first["total_records"], first["page_count"]) == (30, 65, 3)
    seen = [each["email"] for page in (first, second, third) for each in page["registrants"]]
    assert sorted(seen) == sorted(each["email"] for each in people(65))
    assert seen != [each["email"] for each in people(65)]
    assert third["next_page_token"] == ""
    assert len(listed(teacher, path, page_size=300)) == 65
    assert teacher.call("GET", f"{path}/registrants", page_size=301).code == 300


def test_batch_answers_for_each_person(teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 1})

    answer = teacher.call("POST", f"/meetings/{meeting['id']}/batch_registrants", {"registrants": people(30)})
    approved = teacher.call(
        "POST", f"/meetings/{meeting['id']}/batch_registrants", {"auto_approve": True, "registrants": people(32)[30:]}
    )

    assert answer.status == 201
    assert {each["email"] for each in answer.json["registrants"]} == {each["email"] for each in people(30)}
    assert {each["join_url"] for each in answer.json["registrants"]} == {""}
    assert all("tk=" in each["join_url"] for each in approved.json["registrants"])


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("meeting", {"type": 3}, 303),
        ("meeting", {"type": 8, "recurrence": {"type": 1, "end_times": 2}}, 303),
        ("webinar", {"type": 6}, 300),
        ("webinar", {"type": 9, "recurrence": {"type": 1, "end_times": 2}}, 300),
    ],
)
def test_batch_is_for_single_events(teacher: ZoomApp, kind: str, body: dict[str, Any], code: int) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0}, **body)

    assert teacher.call("POST", f"/{kind}s/{thing['id']}/batch_registrants", {"registrants": people(1)}).code == code


@pytest.mark.parametrize("registrants", [[], people(31), [{"email": "a@b.example"}], [{"first_name": "x"}]])
def test_batch_of_none_too_many_or_nameless_is_refused(teacher: ZoomApp, registrants: list[Any]) -> None:
    meeting = teacher.create(settings={"approval_type": 0})

    answer = teacher.call("POST", f"/meetings/{meeting['id']}/batch_registrants", {"registrants": registrants})

    assert (answer.status, answer.code) == (400, 300)


@pytest.mark.parametrize(("kind", "code"), [("meeting", 404), ("webinar", 3000)])
def test_registration_that_is_not_enabled(teacher: ZoomApp, kind: str, code: int) -> None:
    thing = teacher.create(kind)
    path = f"/{kind}s/{thing['id']}"

    for answer in (
        teacher.call("POST", f"{path}/registrants", LEARNER),
        teacher.call("POST", f"{path}/batch_registrants", {"registrants": people(1)}),
        teacher.call("GET", f"{path}/registrants/questions"),
    ):
        assert (answer.status, answer.code) == (400, code)


def test_basic_host_has_no_registration(simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp) -> None:
    licensed = teacher.create(settings={"approval_type": 0})
    simulator.patch_user(account["users"][0]["id"], type=1)

    assert teacher.create(settings={"approval_type": 0})["settings"]["approval_type"] == 2
    assert teacher.call("POST", f"/meetings/{licensed['id']}/registrants", LEARNER).code == 200


@pytest.mark.parametrize("email", [TEACHER["email"], OTHER_TEACHER["email"].upper()])
def test_hosts_cannot_register(teacher: ZoomApp, email: str) -> None:
    meeting = teacher.create(settings={"approval_type": 0, "alternative_hosts": OTHER_TEACHER["email"]})

    answer = teacher.call("POST", f"/meetings/{meeting['id']}/registrants", {**LEARNER, "email": email})

    assert (answer.status, answer.code) == (400, 3027)


@KINDS
def test_nobody_registers_when_it_is_over(simulator: SimulatorControl, teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, start_time="2027-03-01T09:00:00Z", duration=30, settings={"approval_type": 0})
    simulator.advance(2 * 3600)
    teacher.renew()

    assert teacher.call("POST", f"/{kind}s/{thing['id']}/registrants", LEARNER).code == 3038


@pytest.mark.parametrize(("kind", "code"), [("meeting", 3043), ("webinar", 3034)])
def test_full_is_full(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp, kind: str, code: int
) -> None:
    simulator.patch_user(account["users"][0]["id"], capacity=2)
    thing = teacher.create(kind, settings={"approval_type": 0})
    path = f"/{kind}s/{thing['id']}"
    for person in people(2):
        teacher.register(thing["id"], kind, **person)

    assert teacher.call("POST", f"{path}/registrants", people(3)[2]).code == code
    assert teacher.call("POST", f"{path}/batch_registrants", {"registrants": people(3)}).code == code
    cancel = {"action": "cancel", "registrants": [{"email": people(1)[0]["email"]}]}
    teacher.call("PUT", f"{path}/registrants/status", cancel)
    assert teacher.call("POST", f"{path}/registrants", people(3)[2]).status == 201


def test_webinar_has_a_limit_of_its_own_and_of_its_capacity(
    simulator: SimulatorControl, account: dict[str, Any], teacher: ZoomApp
) -> None:
    webinar = teacher.create("webinar", settings={"approval_type": 1, "registrants_restrict_number": 2})
    ids = [teacher.register(webinar["id"], "webinar", **person)["registrant_id"] for person in people(2)]
    assert teacher.call("POST", f"/webinars/{webinar['id']}/registrants", people(3)[2]).code == 3034
    simulator.patch_user(account["users"][0]["id"], capacity=1)

    approve = {"action": "approve", "registrants": [{"id": each} for each in ids]}

    assert teacher.call("PUT", f"/webinars/{webinar['id']}/registrants/status", approve).code == 3035
    assert listed(teacher, f"/webinars/{webinar['id']}") == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "learner.one@school.example"}, "first_name"),
        ({"first_name": "Learner"}, "email"),
        ({"first_name": "Learner", "email": "nobody"}, "email"),
        ({"first_name": "Learner", "email": ""}, "email"),
        ({"first_name": "x" * 65, "email": "learner.one@school.example"}, "first_name"),
        ({"first_name": "Learner", "email": "x" * 120 + "@school.example"}, "email"),
        ({"first_name": "Learner", "email": "learner.one@school.example", "language": "de"}, "language"),
    ],
)
def test_wrong_forms_name_their_field(teacher: ZoomApp, form: dict[str, str], field: str) -> None:
    meeting = teacher.create(settings={"approval_type": 0})

    answer = teacher.call("POST", f"/meetings/{meeting['id']}/registrants", form)

    assert (answer.status, answer.code) == (400, 300)
    assert field in [each["field"] for each in answer.json["errors"]]


@KINDS
def test_questions_are_asked_and_answered(teacher: ZoomApp, kind: str) -> None:
    thing = teacher.create(kind, settings={"approval_type": 0})
    path = f"/{kind}s/{thing['id']}/registrants"
    questions = {
        "questions": [{"field_name": "city", "required": True}],
        "custom_questions": [{"title": "Class", "type": "short", "required": True}],
    }
    assert teacher.call("PATCH", f"{path}/questions", questions).status == 204
    assert teacher.call("GET", f"{path}/questions").json == questions

    missing = teacher.call("POST", path, LEARNER)
    wrong = teacher.call(
        "POST", path, {**LEARNER, "city": "Bern", "custom_questions": [{"title": "Klass", "value": "7b"}]}
    )
    right = teacher.call(
        "POST", path, {**LEARNER, "city": "Bern", "custom_questions": [{"title": "Class", "value": "7b"}]}
    )

    assert {each["field"] for each in missing.json["errors"]} == {"city", "custom_questions"}
    assert wrong.code == 300
    assert right.status == 201
    [shown] = teacher.call("GET", path).json["registrants"]
    assert (shown["city"], shown["custom_questions"]) == ("Bern", [{"title": "Class", "value": "7b"}])


def test_new_passcode_shows_in_the_personal_links(teacher: ZoomApp) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    path = f"/meetings/{meeting['id']}"
    before = teacher.register(meeting["id"])["join_url"]

    assert teacher.call("GET", f"{path}/registrants").json["registrants"][0]["join_url"] == before
    teacher.call("PATCH", path, {"password": "secret1"})
    assert teacher.call("GET", f"{path}/registrants").json["registrants"][0]["join_url"] != before
