"""The table of facts: complete, free of prose, and true to Zoom's own files where these are at hand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wagtail_zoom.simulator
from tests.simulator.openapi import Description, Descriptions
from tests.simulator.receiver import Receiver
from tests.simulator.zoom_app import OTHER_TEACHER, ZoomApp
from wagtail_zoom.simulator.contract import Contract, load_contract


CONTRACT = Path(wagtail_zoom.simulator.__file__).with_name("contract.json")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "make_contract.py"
OPENAPI = os.environ.get("ZOOM_OPENAPI_DIR", "")

with_zooms_files = pytest.mark.skipif(not OPENAPI, reason="needs ZOOM_OPENAPI_DIR, Zoom's OpenAPI files")


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the contract that ships."""
    return load_contract()


def words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)
    elif isinstance(node, str):
        yield node


def test_contract_holds_facts_and_no_prose() -> None:
    table = json.loads(CONTRACT.read_text())

    assert "description" not in set(words(table))
    # The longest texts are the choices of a registration form.
    assert max(len(word.split()) for word in words(table)) <= 4


def test_operations_have_what_others_rely_on(contract: Contract) -> None:
    for operation in contract.operations:
        assert operation.label in ("light", "medium", "heavy"), operation.name
        assert 200 <= operation.success < 300, operation.name
        assert operation.scopes, operation.name
    assert len({operation.name for operation in contract.operations}) == len(contract.operations)


@pytest.mark.parametrize(
    ("method", "path", "name", "params"),
    [
        ("GET", "/users/me", "GET /users/{userId}", {"userId": "me"}),
        ("GET", "/users/me/zak", "GET /users/me/zak", {}),
        (
            "GET",
            "/meetings/1/registrants/questions",
            "GET /meetings/{meetingId}/registrants/questions",
            {"meetingId": "1"},
        ),
        ("GET", "/past_meetings/a%2Fb%3D", "GET /past_meetings/{meetingId}", {"meetingId": "a/b="}),
        ("GET", "/past_meetings/%252Fb%253D", "GET /past_meetings/{meetingId}", {"meetingId": "/b="}),
        (
            "GET",
            "/users/teacher.one%2Bx%40school.example",
            "GET /users/{userId}",
            {"userId": "teacher.one+x@school.example"},
        ),
    ],
)
def test_paths_lead_to_operations(
    contract: Contract, method: str, path: str, name: str, params: dict[str, str]
) -> None:
    found = contract.find(method, path)

    assert found is not None
    assert (found[0].name, found[1]) == (name, params)


@pytest.mark.parametrize("path", ["/past_meetings/%2Fb", "/past_meetings/a%2F%2Fb", "/past_meetings//b", "/meetings"])
def test_paths_that_lead_nowhere(contract: Contract, path: str) -> None:
    assert contract.find("GET", path) is None


def test_generator_says_what_it_misses(tmp_path: Path) -> None:
    before = CONTRACT.read_bytes()

    done = subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "endpoints-Meetings.json" in done.stderr
    assert CONTRACT.read_bytes() == before


@with_zooms_files
def test_contract_is_what_the_generator_makes() -> None:
    done = subprocess.run([sys.executable, SCRIPT, OPENAPI, "--check"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def descriptions() -> Descriptions:
    """Return Zoom's own description of answers and webhooks."""
    return Descriptions(Path(OPENAPI))


@with_zooms_files
@pytest.mark.parametrize("kind", ["meeting", "webinar"])
def test_answers_are_as_zoom_describes_them(
    teacher: ZoomApp, office: ZoomApp, receiver: Receiver, descriptions: Descriptions, kind: str
) -> None:
    simulator = teacher.simulator
    receiver.secret = teacher.secret_token
    simulator.patch_app(teacher.client_id, webhook_url=receiver.url)
    problems: list[str] = []
    known: dict[str, Any] = {"userId": "me"}

    def call(app: ZoomApp, method: str, template: str, body: Any = None, **query: Any) -> Any:
        """Call one operation, whose path holds KIND for the kind of meeting and names in braces for what is known."""
        name = template.replace("KIND", kind)
        answer = app.call(method, name.format_map(known), body, **query)
        assert answer.status < 300, (method, name, answer.text)
        description: Description = descriptions.answer(method, name, answer.status)
        if answer.text:
            problems.extend(f"{method} {name}: {problem}" for problem in description.problems(answer.json))
        return answer.json if answer.text else None

    series = {"type": 1, "end_times": 2}
    settings = {"approval_type": 1, "auto_recording": "cloud"}
    made = call(teacher, "POST", "/users/{userId}/KINDs", {"settings": settings, "agenda": "x"})
    known[f"{kind}Id"] = made["id"]
    person = call(
        teacher,
        "POST",
        "/KINDs/{KINDId}/registrants",
        {"email": "learner.one@school.example", "first_name": "Learner", "city": "Bern"},
    )
    known["registrantId"] = person["registrant_id"]
    batch = {"registrants": [{"email": "learner.two@school.example", "first_name": "Learner"}]}
    call(teacher, "POST", "/KINDs/{KINDId}/batch_registrants", batch)
    for action in ("approve", "cancel", "approve"):
        body = {"action": action, "registrants": [{"id": person["registrant_id"]}]}
        call(teacher, "PUT", "/KINDs/{KINDId}/registrants/status", body)
    deny = {"action": "deny", "registrants": [{"email": "learner.two@school.example"}]}
    call(teacher, "PUT", "/KINDs/{KINDId}/registrants/status", deny)
    call(teacher, "PATCH", "/KINDs/{KINDId}", {"topic": "Decimals", "settings": {"host_video": True}})
    for listing in ("/users/{userId}/KINDs", "/KINDs/{KINDId}", "/KINDs/{KINDId}/registrants"):
        call(teacher, "GET", listing)
    call(teacher, "GET", "/KINDs/{KINDId}/registrants/{registrantId}")
    call(teacher, "GET", "/KINDs/{KINDId}/registrants/questions")
    simulator.start(made["id"])
    simulator.join(made["id"], registrant_id=person["registrant_id"])
    simulator.join(made["id"], email=OTHER_TEACHER["email"])
    simulator.leave(made["id"], email=OTHER_TEACHER["email"])
    simulator.end(made["id"])
    call(teacher, "GET", "/past_KINDs/{KINDId}/participants")
    call(teacher, "GET", "/past_KINDs/{KINDId}/instances")
    call(office, "GET", "/report/KINDs/{KINDId}")
    call(office, "GET", "/report/KINDs/{KINDId}/participants", include_fields="registrant_id")
    if kind == "meeting":
        call(teacher, "GET", "/past_meetings/{meetingId}")
        call(teacher, "GET", "/meetings/{meetingId}/invitation")
        call(teacher, "GET", "/users/{userId}/upcoming_meetings")
    else:
        call(teacher, "GET", "/past_webinars/{webinarId}/absentees")
        call(teacher, "GET", "/webinars/{webinarId}/panelists")
        call(teacher, "GET", "/webinars/{webinarId}/tracking_sources")
    call(teacher, "DELETE", "/KINDs/{KINDId}/registrants/{registrantId}")
    call(teacher, "DELETE", "/KINDs/{KINDId}")
    recurring = {"type": 9 if kind == "webinar" else 8, "recurrence": series, "start_time": "2027-03-02T10:00:00Z"}
    call(teacher, "POST", "/users/{userId}/KINDs", recurring)

    simulator.wait_quiet()
    for delivery in receiver.received:
        description = descriptions.webhook(delivery.event)
        problems.extend(f"{delivery.event}: {problem}" for problem in description.problems(delivery.json))
    assert len({delivery.event for delivery in receiver.received}) > 10
    assert not problems, "\n".join(sorted(set(problems)))


@with_zooms_files
def test_answers_about_people_are_as_zoom_describes_them(
    teacher: ZoomApp, office: ZoomApp, descriptions: Descriptions
) -> None:
    number = teacher.create(settings={"auto_recording": "cloud"})["id"]
    teacher.simulator.start(number)
    teacher.simulator.join(number, name="Guest")
    teacher.simulator.end(number)
    month = {"from": "2027-02-20", "to": "2027-03-10"}
    problems = []
    for app, name, path, query in (
        (office, "/users", "/users", {}),
        (teacher, "/users/{userId}", "/users/me", {}),
        (teacher, "/users/{userId}/token", "/users/me/token", {"type": "zak"}),
        (teacher, "/users/me/zak", "/users/me/zak", {}),
        (teacher, "/users/{userId}/meeting_templates", "/users/me/meeting_templates", {}),
        (teacher, "/users/{userId}/recordings", "/users/me/recordings", month),
        (teacher, "/meetings/{meetingId}/recordings", f"/meetings/{number}/recordings", {}),
        (office, "/report/users/{userId}/meetings", "/report/users/me/meetings", month),
        (office, "/tracking_fields", "/tracking_fields", {}),
    ):
        answer = app.call("GET", path, **query)
        description = descriptions.answer("GET", name, answer.status)
        problems += [f"{name}: {problem}" for problem in description.problems(answer.json)]

    # Links for learners are in the answers, though Zoom's description does not have them.
    problems = [
        each for each in problems if not re.search(r"recordings: \S*\.(share_url|password): not described", each)
    ]
    assert not problems, "\n".join(problems)
