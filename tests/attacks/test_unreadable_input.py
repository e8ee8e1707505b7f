"""Bytes that nobody types: NUL, half an emoji, a number without end, JSON without a floor. Nowhere do they break anything.

PostgreSQL takes no NUL in text, no database takes half a surrogate pair, and each has a largest number: run these there.
"""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import FakePayload
from django.urls import Resolver404, resolve, reverse

import wagtail_zoom
from tests.frontend.lessons import address, lesson_at, visitor
from tests.frontend.test_webhook import STARTED, app, encoded, post  # noqa: F401
from tests.relay import Kept
from tests.schools import make_user
from tests.test_every_address import ADDRESSES, OTHER_ARGUMENTS
from wagtail_zoom import clock
from wagtail_zoom.models import Attendance, Instance, Presence, Registrant, WebhookDelivery
from wagtail_zoom.services import attendance, registrants, webhooks
from wagtail_zoom.services.coordination.work_budget import Budget
from wagtail_zoom.untrusted_json import clean_text, read_json
from wagtail_zoom.webhooks import sign


NASTY = ("a\0b", "👩‍🏫²\u202e", "²", str(2**62), str(2**63), "9" * 5000, "x" * 3000)


def parameters() -> list[str]:
    """Return every name that the package reads from a query, a form, or declares as a form's field."""
    names = {"site", "host", "user", "q", "p", "page", "ordering", "meeting", "email", "name", "file", "next", "about"}
    for file in Path(wagtail_zoom.__file__).parent.rglob("*.py"):
        if "simulator" in file.parts or "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names |= _read_in(node)
    return sorted(names)


def _read_in(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "getlist"):
        asked = node.func.value
        if isinstance(asked, ast.Attribute) and asked.attr in ("GET", "POST") and node.args:
            return {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    if isinstance(node, ast.ClassDef):
        fields = [part.targets[0] for part in node.body if isinstance(part, ast.Assign) and len(part.targets) == 1]
        return {field.id for field in fields if isinstance(field, ast.Name) and field.id.islower()}
    return set()


def test_the_names_of_parameters_are_found() -> None:
    assert {"state", "code", "preset", "person", "approval", "first_name"} <= set(parameters())


@pytest.fixture
def root(school: Any) -> Client:
    """Return the browser of somebody who may do everything, so that nothing is refused before it is read."""
    browser = Client(raise_request_exception=False, headers={"host": "localhost"})
    browser.force_login(make_user("root", is_superuser=True))
    return browser


def broken_by(browser: Client, method: str, requests: Iterable[tuple[str, Any]]) -> list[str]:
    """Send each request, take back what it changed, and return those that were answered with an error of ours."""
    broken = []
    for where, data in requests:
        with transaction.atomic():
            answer = getattr(browser, method)(where, data)
            if answer.status_code >= 500:
                broken.append(f"{where[:100]}: {_why(answer)}")
            transaction.set_rollback(True)
    return broken


def _why(answer: Any) -> str:
    _kind, error, trace = answer.exc_info or (None, "refused", None)
    ours = [frame for frame in traceback.extract_tb(trace) if "/wagtail_zoom/" in frame.filename]
    return f"{error!r:.80} {[f'{Path(frame.filename).name}:{frame.lineno}' for frame in ours][-1:]}"


def places(arguments: dict[str, Any], names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in names:
        known = {**arguments, **OTHER_ARGUMENTS.get(name, {})}
        pieces = {key: known[key] for key in ADDRESSES[name]}
        yield reverse(name, kwargs=pieces), pieces


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_breaks_over_what_stands_in_it(root: Client, arguments: dict[str, Any], method: str) -> None:
    asked = [
        (base.replace(f"/{piece}/", f"/{quote(str(nasty), safe='')}/", 1), {})
        for base, pieces in places(arguments, ADDRESSES)
        for piece in pieces.values()
        for nasty in (10**40, 2**63, *NASTY)
    ]
    found = [(where, data) for where, data in asked if is_ours(where)]
    assert len(found) > 60
    assert not (broken := broken_by(root, method, found)), "\n".join(broken)


def is_ours(where: str) -> bool:
    """Tell whether an address still leads into the package: where a piece is a number, a word is nobody's address."""
    try:
        return resolve(unquote(where)).func.__module__.startswith("wagtail_zoom") or "wagtail_zoom" in str(
            resolve(unquote(where)).namespaces
        )
    except Resolver404:
        return False


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_breaks_over_what_is_sent_to_it(
    root: Client, arguments: dict[str, Any], method: str, nasty: str
) -> None:
    sent = dict.fromkeys(parameters(), nasty)
    sent_to = [(base, sent) for base, _pieces in places(arguments, ADDRESSES)]
    assert not (broken := broken_by(root, method, sent_to)), "\n".join(broken)


def test_a_tag_of_five_thousand_digits_is_no_tag(arguments: dict[str, Any], people: dict[str, Client]) -> None:
    where = reverse("wagtail_zoom:state", args=[arguments["page_id"]])
    for tag in ("9" * 5000 + "-x", "²-x", "-", "\x7f-"):
        answer = people["learner"].get(where, headers={"host": "localhost", "if-none-match": f'"{tag}"'})
        assert answer.status_code == 200


# What Zoom sends, and whoever signs as Zoom does.

#: As JSON texts, since no program of ours would write them.
HALF, NUL = r"\ud83d", r"\u0000"
DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rf'{{"name": "Ann{HALF}"}}', {"name": "Ann\ufffd"}),
        (rf'{{"name": "A{NUL}nn"}}', {"name": "A\ufffdnn"}),
        (rf'{{"name{NUL}": ["{HALF}\udc4b"]}}'.replace("\udc4b", r"\udc4b"), {"name\ufffd": ["👋"]}),
        ('{"name": "👩\u200d🏫"}', {"name": "👩\u200d🏫"}),
        ('{"much": 1e999, "none": NaN, "less": -Infinity}', {"much": None, "none": None, "less": None}),
    ],
)
def test_what_no_database_takes_is_replaced_as_it_is_read(body: str, said: Any) -> None:
    assert read_json(body.encode()) == said


@pytest.mark.parametrize("body", [DEEP, b"[" * 70 + b"]" * 70, b'{"n": ' + b"9" * 5000 + b"}", b'"\x00"'])
def test_json_without_a_floor_or_a_number_without_an_end_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        read_json(body)


@pytest.mark.parametrize("text", ["", "plain", "é👩\u200d🏫", "\ufffd"])
def test_text_that_can_be_kept_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def signed(app: Any, body: bytes) -> int:  # noqa: F811
    return int(post(app, body).status_code)


def test_signed_deliveries_of_any_shape_are_taken_in_or_refused(app: Any) -> None:  # noqa: F811
    started = encoded(STARTED).decode()
    for body, status in (
        (DEEP, 400),
        (b"[" * 200_000, 400),
        (started.replace('"u=="', rf'"u{NUL}{HALF}"').encode(), 204),
        (started.replace("meeting.started", f"meeting.{NUL}{HALF}{'x' * 300}").encode(), 204),
        (started.replace("1795255200000", "9" * 300).encode(), 204),
        (started.replace("1795255200000", "9" * 5000).encode(), 400),
        (started.replace("1795255200000", "-1e400").encode(), 204),
        (started.replace('"98765432101"', "1" * 200).encode(), 204),
        (started.replace("started", "étc👩\u200d🏫").encode(), 204),
        (b"\xef\xbb\xbf" + started.encode(), 204),
        (started.encode("utf-16"), 400),
        (started.replace("u==", "\xff").encode("latin-1"), 204),
        (b"{" + b" " * 600_000 + b"}", 413),
    ):
        assert signed(app, body) == status, body[:80]
    while webhooks.drain().more:
        continue
    assert not WebhookDelivery.objects.exclude(status__in=["handled", "ignored"]).exists()


def test_a_declared_length_is_no_more_believed_than_the_body(app: Any) -> None:  # noqa: F811
    where = reverse("wagtail_zoom:webhook", args=[app.webhook_path])
    for length in ("-1", "9" * 30, "²", "x", ""):
        request = {"CONTENT_LENGTH": length, "wsgi.input": FakePayload(b"{}")}
        assert Client().generic("POST", where, b"", content_type="application/json", **request).status_code in (
            400,
            401,
            413,
        )


def test_people_are_seen_in_the_lesson_whatever_they_are_called(lived_lesson: Any) -> None:
    control = lived_lesson.school.simulator
    control.start(lived_lesson.number, lived_lesson.at(0))
    control.join(lived_lesson.number, name="PLACE HOLDER", at=lived_lesson.at(1))
    kept = lived_lesson.come_in()
    lived_lesson.hand_on([one for one in kept if one.event.endswith("started")])
    [joined] = [one for one in kept if one.event.endswith("participant_joined") and b"PLACE" in one.body]
    for name in (f"A{NUL}b{HALF}", "👩\u200d🏫𝕫", "n" * 400):
        body = joined.body.replace(b"PLACE HOLDER", name.encode())
        body = re.sub(rb'"(participant_uuid|user_id)":"', rb'"\1":"%d' % len(name), body)
        secret, stamp = lived_lesson.relay.secret, str(int(clock.machine_time().timestamp()))
        assert lived_lesson.hand_on([Kept(body, stamp, sign(secret, stamp, body))]) == [204]
    assert not WebhookDelivery.objects.exclude(status="handled").exists()
    assert {name[:3] for name in Presence.objects.values_list("name", flat=True)} >= {"A\ufffdb", "👩\u200d🏫", "nnn"}


NAMES = (f"A{NUL}nn", f"Ben{HALF}", "👩\u200d🏫", "é" * 200)


def test_registrants_on_zooms_list_are_kept_whatever_they_are_called(desk: Any) -> None:
    people_there = ",".join(
        f'{{"id": "id-{number}", "email": "p{number}@x.example", "first_name": "{name}", "last_name": "{name}",'
        f' "custom_questions": [{{"title": "Why{NUL}?", "value": "{name}"}}], "join_url": "http://127.0.0.1/w/{number}"}}'
        for number, name in enumerate(NAMES)
    )
    desk.school.simulator.fault(
        "GET",
        "/v2/meetings/[0-9]+/registrants$",
        "status",
        times=1,
        status=200,
        body=f'{{"next_page_token": "", "registrants": [{people_there}]}}',
        headers={"Content-Type": "application/json"},
    )
    registrants.read_back(desk.meeting.pk, budget=Budget(seconds=60, calls=50))
    found = list(Registrant.objects.order_by("email").values_list("first_name", flat=True))
    assert found == ["A\ufffdnn", "Ben\ufffd", "👩\u200d🏫", "é" * 64]


def test_a_report_is_read_whatever_people_are_called(lived_lesson: Any) -> None:
    control = lived_lesson.school.simulator
    control.start(lived_lesson.number, lived_lesson.at(0))
    control.end(lived_lesson.number, lived_lesson.at(60))
    lived_lesson.hand_on()
    came, went = lived_lesson.at(1).isoformat(), lived_lesson.at(50).isoformat()
    rows = ",".join(
        f'{{"id": "", "user_id": "{number}", "name": "{name}", "user_email": "{name}", "join_time": "{came}",'
        f' "leave_time": "{went}", "duration": {"9" * 40}, "status": "in_meeting"}}'
        for number, name in enumerate(NAMES)
    )
    control.fault(
        "GET",
        "/v2/report/meetings/",
        "status",
        times=1,
        status=200,
        body=f'{{"next_page_token": "", "participants": [{rows}]}}',
        headers={"Content-Type": "application/json"},
    )
    attendance.import_run(Instance.objects.get().pk)
    assert {row.name for row in Attendance.objects.all()} >= {"A\ufffdnn", "Ben\ufffd", "👩\u200d🏫"}


def test_guests_lists_and_forms_take_any_letters_and_no_nul(desk: Any, root: Client) -> None:
    lesson = lesson_at(desk, audience="everybody")
    browser = visitor(lesson)
    for name in ("A\0nn", "👩\u200d🏫 Teacher", "\u202etxt", "n" * 5000):
        assert browser.post(address("register", lesson), {"email": "a@x.example", "name": name}).status_code == 200
        assert browser.post(address("register", lesson), {"email": name, "name": name}).status_code == 200
    assert [row.first_name for row in Registrant.objects.all()] == ["👩\u200d🏫 Teacher"]

    where = reverse("wagtail_zoom_admin:registrants_upload", args=[desk.meeting.pk])
    listed = "email,firstname\nlist@x.example,L\0ist\nemoji@x.example,👩\u200d🏫\n"
    for content in (listed.encode("utf-16"), b"email,firstname\n" + b"filler@x.example,F\n" * 5000 + listed.encode()):
        shown = root.post(where, {"file": SimpleUploadedFile("people.csv", content)})
        assert shown.status_code == 200
        form = {"roster": shown.context["roster"], "email": "0", "first_name": "1", "confirmed": "1"}
        assert root.post(where, form).status_code == 302
    assert Registrant.objects.get(email="list@x.example").first_name == "List"
    assert Registrant.objects.get(email="emoji@x.example").first_name == "👩\u200d🏫"
