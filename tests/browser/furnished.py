"""A school in which something stands on every screen: lessons in each state, people, questions, messages from Zoom."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import time_machine
from django.db import transaction
from django.test import override_settings
from wagtail.models import Page, Site

from tests.frontend.lessons import END, START, give_meeting, make_lesson, register, with_registration
from tests.frontend.windows import ORIGIN
from tests.lessons.models import FolderPage
from tests.schools import EVERY_SCOPE, make_school, make_space, make_user
from tests.services.registering.desks import Desk, learners, open_desk
from tests.settings import WAGTAIL_ZOOM
from wagtail_zoom.models import (
    App,
    Approval,
    Attendance,
    AuthorizationAttempt,
    Completion,
    Heartbeat,
    Host,
    Instance,
    Ledger,
    LessonMeeting,
    LessonPage,
    Meeting,
    RecordingFile,
    Registrant,
    WebhookDelivery,
    ZoomSettings,
)
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import connections, zoom_apps
from wagtail_zoom.services.installation import heartbeats
from wagtail_zoom.services.registrants.form_questions import Question
from wagtail_zoom.testing import SimulatorControl


#: Ten minutes before the lessons that begin at `START`.
NOW = START - dt.timedelta(minutes=10)
LONG = "What a photograph shows, and what it leaves out: looking closely, together, for ninety minutes"

DOUBT = {"host": "Teacher One", "topic": "Lesson: doubt", "start": START.isoformat()}

#: Lessons that need somebody: title, and the columns of their meeting.
TROUBLED: dict[str, dict[str, Any]] = {
    "gone": {"actual": "gone", "attention": "gone"},
    "doubt": {
        "actual": "doubt",
        "zoom_id": None,
        "attention": "create_in_doubt",
        "attention_params": DOUBT,
        "doubt_since": NOW,
    },
    "host left": {"attention": "host_left", "attention_params": {"host": "Teacher Three"}},
    "by hand": {"attention": "change_by_hand", "attention_params": {"fields": ["start_time", "topic"]}},
    "moved": {"is_moved": True},
    "waiting": {"actual": "absent", "zoom_id": None, "due_at": NOW},
    "cancelled": {"actual": "cancelled", "wanted": "absent"},
}


@dataclass
class Place:
    """What there is: people by username, lesson pages and other rows by what they are."""

    simulator: SimulatorControl
    site: Site
    paused: Site
    empty: Site
    people: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


@contextmanager
def furnished(simulator: SimulatorControl) -> Iterator[Place]:
    """Furnish the test database until the block ends."""
    zoom = {"API_URL": simulator.api_url, "OAUTH_URL": simulator.oauth_url}
    settings = override_settings(WAGTAIL_ZOOM={**WAGTAIL_ZOOM, **zoom}, WAGTAILADMIN_BASE_URL=ORIGIN)
    whole = transaction.atomic()
    # As Django's own TestCase does: what the product may not do within a transaction, it may within a test's.
    whole._from_testcase = True
    with settings, time_machine.travel(NOW), whole:
        simulator.set_clock(NOW)
        yield _furnish(simulator)
        transaction.set_rollback(True)


def _furnish(simulator: SimulatorControl) -> Place:
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.site_name = "testserver", "The School of Seeing"
    site.save()
    school = make_school(simulator, site, scopes=EVERY_SCOPE)
    place = Place(simulator, site, make_space("evening.example", "Evening"), make_space("empty.example", "Empty"))
    place.people = {
        **school.people,
        "operator": make_user("operator", is_superuser=True),
        "learner": make_user("learner.one"),
    }
    place.rows["host"] = school.hosts["teacher.one"]
    Host.objects.filter(pk=school.hosts["teacher.two"].pk).update(editors_may_schedule=True)
    _add_server_app(place, school.account_id)
    _add_lessons(place)
    _add_registrants(place, open_desk(school))
    _add_what_took_place(place)
    _add_questions(place)
    _add_deliveries(place, school.app)
    zoom_apps.save_app(site=place.paused, kind=App.Kind.GENERAL, client_id="of-the-evening", client_secret="quiet")
    ZoomSettings.objects.filter(site=place.paused).update(is_paused=True)
    heartbeats.beat(Heartbeat.SYNC)
    return place


def _add_server_app(place: Place, account_id: str) -> None:
    """Let the space have an app of the other kind, too, with a classroom as host."""
    made = place.simulator.add_app(account_id, type="server_to_server", scopes=EVERY_SCOPE)
    app = zoom_apps.save_app(
        site=place.site,
        kind=App.Kind.SERVER,
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        account_id=account_id,
        webhook_secret=made["secret_token"],
    )
    place.rows["classroom"] = Host.objects.create(
        site=place.site,
        connection=connections.account_connection(app),
        origin=Host.Origin.MAPPED,
        zoom_ref="classroom.with.a.long.name@school.example",
        name="Classroom on the second floor",
    )


def _add_lessons(place: Place) -> None:
    host, teacher = place.rows["host"], place.people["teacher.one"]
    folder = place.site.root_page.add_child(instance=FolderPage(title="Photography", owner=teacher))
    place.pages["folder"] = folder
    ready = LessonPage(
        title=LONG,
        slug="ready",
        owner=teacher,
        zoom_date=START.date(),
        zoom_time=dt.time(10),
        zoom_timezone="Europe/Berlin",
        zoom_duration=60,
        zoom_audience=Audience.LOGGED_IN,
        zoom_host=host,
        search_description="Bring a picture that you like.",
        body=[("heading", "What to bring"), ("paragraph", "<p>Bring a <a href='/'>picture</a>.</p>")],
    )
    place.pages["ready"] = folder.add_child(instance=ready)
    place.rows["meeting"] = give_meeting(ready, host=host, host_label="Teacher One")
    for title, columns in TROUBLED.items():
        page = make_lesson(folder, f"Lesson: {title}", slug=title.replace(" ", "-"), owner=teacher)
        place.pages[title] = page
        give_meeting(page, host=host, host_label="Teacher One", **columns)
    for page in place.pages.values():
        page.save_revision()
    Page.objects.update(has_unpublished_changes=False)


def _add_registrants(place: Place, desk: Desk) -> None:
    """Let people be registered for a webinar's worth of lesson, in each state, and another ask guests for answers."""
    lesson = place.site.root_page.add_child(
        instance=LessonPage(
            title="Open evening",
            owner=place.people["teacher.one"],
            zoom_kind="existing",
            zoom_number=desk.number,
            zoom_audience=Audience.EVERYBODY,
            zoom_options={"registration": "on", "approval": "everyone"},
        )
    )
    lesson.save_revision()
    place.pages["registering"] = lesson
    place.rows["desk"] = desk.meeting
    LessonMeeting.objects.create(page=lesson, page_title=lesson.title, meeting=desk.meeting, role="guest")
    asked = [
        Question("city", required=True),
        Question("Which class?", required=True, custom=True, choices=("Morning", "Evening")),
    ]
    Ledger.objects.update_or_create(meeting=desk.meeting, defaults={"questions": [asdict(each) for each in asked]})
    desk.register(*learners(3))
    desk.register("not an address")
    register(desk.meeting, place.people["learner"], join_url="https://us02web.zoom.us/w/1?tk=mine")
    register(desk.meeting, None, email="waiting@school.example", wanted="waiting", actual="pending")
    place.rows["registrant"] = Registrant.objects.filter(meeting=desk.meeting).order_by("pk").first()
    members = make_lesson(place.pages["folder"], "For members", slug="members", zoom_options={"registration": "on"})
    place.pages["members"] = members
    with_registration(members)


def _add_what_took_place(place: Place) -> None:
    """Let a lesson have taken place last week: somebody known, a guest, a verdict, a recording."""
    before = dt.timedelta(days=7)
    page = make_lesson(
        place.pages["folder"],
        "Light and shadow",
        slug="light",
        owner=place.people["teacher.one"],
        zoom_date=(START - before).date(),
    )
    page.save_revision()
    meeting = give_meeting(
        page,
        host=place.rows["host"],
        starts_at=START - before,
        ends_at=END - before,
        started_at=START - before,
        ended_at=END - before,
    )
    run = Instance.objects.create(
        meeting=meeting, uuid="run==", started_at=START - before, ended_at=END - before, read_at=END - before
    )
    people = [("Learner One", place.people["learner"], 50), ("iPhone of somebody in the second row", None, 12)]
    for number, (name, user, minutes) in enumerate(people):
        came, left = START - before, START - before + dt.timedelta(minutes=minutes)
        row = Attendance.objects.create(
            meeting=meeting,
            instance=run,
            person_key=f"name:{number}",
            name=name,
            user=user,
            matched_by="click" if user else "",
            seconds=minutes * 60,
            first_join=came,
            last_leave=left,
            stretches=[[int(came.timestamp()), int(left.timestamp())]],
        )
        place.rows["guest"] = row
    Completion.objects.create(
        page=page,
        page_title=page.title,
        user=place.people["learner"],
        user_label="Learner One",
        is_complete=True,
        grounds={"rule": "percent", "seconds": 3000, "needed": 2700, "lesson": 3600},
        decided_at=NOW,
    )
    recording = RecordingFile(
        meeting=meeting, zoom_file_id=uuid.uuid4().hex, kind="shared_screen_with_speaker_view", is_shown=True
    )
    recording.started_at, recording.ended_at = START - before, END - before
    encryption.encrypt_field(recording, "play_url", "https://us02web.zoom.us/rec/play/abc")
    encryption.encrypt_field(recording, "passcode", "wd40")
    recording.save()
    place.pages["over"] = page


def _add_questions(place: Place) -> None:
    """Let two mass acts wait for a yes."""
    asked = {"site": place.site, "asked_at": NOW - dt.timedelta(hours=5)}
    creating = Approval.objects.create(act="create", figures={"meetings": 24}, **asked)
    Approval.objects.create(act="cancel", figures={"meetings": 31}, **asked)
    for number in range(12):
        held = make_lesson(place.pages["folder"], f"Copied lesson {number:02}", slug=f"copied-{number}")
        give_meeting(held, actual="absent", zoom_id=None, waits_for=creating, due_at=NOW, join_url="")
    place.pages["held"] = held


def _add_deliveries(place: Place, app: App) -> None:
    failed = "ZoomAnswerError: the meeting of this message is not known here"
    facts = [
        ("meeting.started", "handled", ""),
        ("meeting.participant_joined", "failed", failed),
        ("surprise", "ignored", ""),
    ]
    for number, (event, status, error) in enumerate(facts):
        WebhookDelivery.objects.create(
            app=app, dedupe_key=f"{number}", event=event, status=status, error=error, received_at=NOW, attempts=1
        )


def begin_a_walk(place: Place, username: str) -> None:
    """Let somebody have set out for Zoom's consent page three minutes ago, and not come back."""
    AuthorizationAttempt.objects.all().delete()
    AuthorizationAttempt.objects.create(
        state_digest="none",
        session_digest="none",
        user=place.people[username],
        site=place.site,
        app=zoom_apps.app_of(place.site, App.Kind.GENERAL),
        redirect_uri=f"{ORIGIN}/zoom/oauth/callback/",
        begun_at=NOW - dt.timedelta(minutes=3),
    )


def forget_first_lesson() -> None:
    """Let no lesson have taken place yet."""
    Meeting.objects.update(started_at=None)
