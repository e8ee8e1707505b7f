"""Names, titles, topics and questions that are markup, formulae, headers, paths or log lines: everywhere they stay text."""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.admin.attendance.reading import client_of, lines_of
from tests.afterwards import Lesson
from tests.frontend.lessons import address, lesson_at, visitor
from tests.schools import make_administrator, make_user
from tests.test_every_address import ADDRESSES
from wagtail_zoom.models import Host, Ledger, LessonMeeting, Meeting, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import attendance, registrants
from wagtail_zoom.services.access import guests


MARKUP = """</title></script><script>alert(1)</script><img src=x onerror=alert(1)>'"{{ 7*7 }}{% debug %}"""
FORMULA = "=HYPERLINK(1)"
SPLIT = "Ann;=HYPERLINK(1)"
BENT = 'A",+1\t=1|@x\n-2＝3;＝4'
LINES = "A\r\nBcc: all@x.example\r\n\r\n\u2028WARNING forged line\x85"

BEGINS = re.compile(r"^[=+\-@＝＋－＠]")


@pytest.fixture
def hostile(desk: Any) -> Any:
    """Return a lesson where everything that somebody else names has a hostile name."""
    lesson = lesson_at(desk, audience=Audience.EVERYBODY, title=MARKUP)
    learner = make_user("learner.one", first_name=MARKUP[:150], last_name=FORMULA)
    registrants.register(desk.meeting, [registrants.of_user(learner)], source="self")
    people = {"a@x.example": FORMULA, "b@x.example": SPLIT, "c@x.example": BENT, "-d@x.example": MARKUP[:60]}
    registrants.register(desk.meeting, [registrants.Person(key, name) for key, name in people.items()], source="csv")
    Meeting.objects.update(actual_payload={**desk.meeting.actual_payload, "topic": FORMULA + MARKUP})
    LessonMeeting.objects.update(page_title=FORMULA + MARKUP[:200])
    Host.objects.update(name=MARKUP, user_label=MARKUP)
    question = {"name": MARKUP, "type": "single", "required": True, "choices": [MARKUP, FORMULA], "custom": True}
    registrants.register(desk.meeting, [], source="csv")
    Ledger.objects.update_or_create(meeting=desk.meeting, defaults={"questions": [question]})
    return lesson


def holds_no_markup(text: str) -> bool:
    return not any(
        word in text for word in ("<script>alert", "<img src=x", "onerror=alert(1)>", "{{ 49", "</title></script>")
    )


def test_no_page_of_the_lesson_contains_the_markup(hostile: Any, desk: Any, clocks: Any) -> None:
    clocks.set(desk.meeting.starts_at)
    for user in (None, make_user("learner.two"), Registrant.objects.exclude(user=None).get().user):
        browser = visitor(hostile, user)
        pages = [browser.get(address(name, hostile)) for name in ("join", "start", "register", "calendar", "state")]
        pages += [browser.get(hostile.url)]
        pages += [browser.post(address("register", hostile), {"name": MARKUP[:60], "email": '"<b>"@x.example'})]
        for page in pages:
            if "json" in page.get("Content-Type", ""):
                json.loads(page.content)
            elif "html" in page.get("Content-Type", ""):
                assert holds_no_markup(page.content.decode()), page.request["PATH_INFO"]
            assert "alert" not in str(page.headers)


def test_no_screen_of_the_admin_contains_the_markup(hostile: Any, desk: Any) -> None:
    browser = client_of(make_administrator("head", desk.school.site))
    known = {"site_id": desk.school.site.pk, "page_id": hostile.pk, "meeting_id": desk.meeting.pk, "name": "general"}
    known |= {"registrant_id": Registrant.objects.exclude(user=None).get().pk, "act": "deny"}
    known |= {"host_id": Host.objects.first().pk}
    seen = 0
    for name, needed in ADDRESSES.items():
        if name.startswith("wagtail_zoom_admin:") and set(needed) <= set(known):
            page = browser.get(reverse(name, kwargs={key: known[key] for key in needed}))
            seen += page.status_code == 200
            assert holds_no_markup(page.content.decode() if not page.streaming else ""), name
    assert seen > 10


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_the_registrants_is_a_formula_in_any_country(hostile: Any, desk: Any, form: str) -> None:
    browser = client_of(make_administrator("head", desk.school.site))
    where = reverse("wagtail_zoom_admin:registrants")
    answer = browser.get(where, {"meeting": desk.meeting.pk, "export": form})
    if form == "xlsx":
        cells = [str(cell) for line in lines_of(answer, form) for cell in line]
        assert "'" + FORMULA in [cell[: len(FORMULA) + 1] for cell in cells]
    else:
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert "Ann;'=HYPERLINK" in text
        # As a program sees it that separates cells by something else, and knows no quotes in their middle.
        cells = [cell.strip('" ') for cell in re.split(r"[;,|\t\r\n]", text)]
    assert not [cell for cell in cells if BEGINS.match(cell)]


def test_the_picture_of_who_was_there_is_a_picture(lived_lesson: Lesson) -> None:
    control = lived_lesson.school.simulator
    control.start(lived_lesson.number, lived_lesson.at(0))
    for minute, name in enumerate([MARKUP[:60], FORMULA, "]]><x/>&#60;b&#62;", "\u202egnirts", "--><!--"]):
        control.join(lived_lesson.number, name=name, at=lived_lesson.at(minute))
    control.end(lived_lesson.number, lived_lesson.at(60))
    lived_lesson.hand_on()
    for run in attendance.due(lived_lesson.at(95)):
        attendance.import_run(run)
    browser = client_of(make_administrator("head", lived_lesson.school.site))
    page = browser.get(reverse("wagtail_zoom_admin:attendance", args=[lived_lesson.page.pk])).content.decode()
    assert holds_no_markup(page)
    picture = re.search(r'<svg[^>]*class="wz-presence.*?</svg>', page, re.S) or re.search(
        r"<svg (?:(?!<use).)*?</svg>", page, re.S
    )
    assert picture
    tree = ElementTree.fromstring(picture.group())
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "text",
        "rect",
        "path",
        "polyline",
        "line",
    }
    assert not [name for element in tree.iter() for name in element.attrib if name.lower().startswith(("on", "href"))]


def test_titles_and_names_add_no_header_and_no_line_to_letters(hostile: Any, desk: Any) -> None:
    hostile.title = LINES
    hostile.save()
    registrants.register(desk.meeting, [registrants.Person("guest@x.example", LINES)], source="self")
    row = Registrant.objects.get(email="guest@x.example")
    assert guests.write(row.pk, hostile.pk, "en")
    desk.work()
    assert mail.outbox
    for letter in mail.outbox:
        assert "\n" not in letter.subject
        message = letter.message()
        assert message["Bcc"] is None
        assert message.get_all("To") == [letter.to[0]]


def test_what_people_type_writes_no_line_into_the_log(hostile: Any, desk: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    forged = "x%0d%0aWARNING%20forged%20line"
    browser = visitor(hostile)
    browser.get(f"{address('join', hostile)}{forged}")
    browser.get(f"{address('guest', hostile, 'x')[:-2]}{forged}/")
    Client().post(
        f"/zoom/webhooks/{forged}/", b"{}", content_type="application/json", headers={"x-zm-signature": "v0=\tx"}
    )
    browser.post(address("register", hostile), {"name": LINES, "email": f"a@x.example{LINES}"})
    # Django's own lines are Django's to guard; its oldest version that is supported here does not.
    for record in (record for record in caplog.records if record.name.startswith("wagtail_zoom")):
        assert not re.search(r"[\r\n]WARNING forged", record.getMessage()), record
