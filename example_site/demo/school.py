"""The school: a General App, by which every teacher connects their own account."""

from __future__ import annotations

import datetime as dt

from . import acts
from .people import LEARNER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE, TEACHER_TWO
from .scene import FRACTIONS, VERBS, Scene, soon


def meeting_with_few_scopes(scene: Scene) -> None:
    """Create with the fewest scopes, and start by a ZAK."""
    step = scene.teller.step
    with step("School Administrator enters the app's client ID and secret in Settings → Zoom"):
        acts.enter_general_app(scene.enter(SCHOOL_ADMINISTRATOR), scene.zoom.school_app)
    teacher = scene.enter(TEACHER_ONE)
    with step("Teacher One allows the app on Zoom's page, and is connected"):
        acts.allow_on_zoom(teacher, TEACHER_ONE)
    with step(f"Teacher One publishes “{FRACTIONS}”") as published:
        wishes = acts.lesson_wishes(
            FRACTIONS,
            soon(5),
            minutes=60,
            summary="Halves, thirds, and why pizza is the wrong example.",
            text="Bring paper and a pencil. We fold before we calculate, and at the end you will add a third to a half "
            "without a rule to remember.",
        )
        edit = acts.publish_lesson(teacher, "The School", wishes)
        number = acts.wait_for_number(teacher, edit)
        address = acts.lesson_address(teacher)
        published.outcome = f"meeting {number}, for learners at {address}"
    with step("Teacher One presses Start; the host's token (ZAK) is fetched at that click"):
        acts.start(teacher, address)
    scene.into_the_meeting(LEARNER_ONE, address, number)


def app_of_ones_own(scene: Scene) -> None:
    """With every scope a new time reaches Zoom by itself."""
    step = scene.teller.step
    teacher = scene.enter(TEACHER_TWO)
    with step("Teacher Two enters the app under My Zoom, allows it on Zoom's page, and is connected"):
        acts.allow_on_zoom(teacher, TEACHER_TWO, own_app=scene.zoom.everything_app)
    with step(f"Teacher Two publishes “{VERBS}” for tomorrow") as published:
        wishes = acts.lesson_wishes(
            VERBS,
            soon(24 * 60),
            minutes=45,
            summary="Sing, sang, sung: there is a system.",
            text="Seven families of verbs, one song for each. No lists.",
        )
        edit = acts.publish_lesson(teacher, "The School", wishes)
        number = acts.wait_for_number(teacher, edit)
        address = acts.lesson_address(teacher)
        published.outcome = f"meeting {number}"
    with step("Teacher Two moves it to today, and Zoom follows") as moved:
        start = soon(10)
        acts.republish(teacher, edit, {**wishes, "zoom_date": f"{start:%Y-%m-%d}", "zoom_time": f"{start:%H:%M}"})
        wanted = start.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:00Z")
        teacher.wait_for(
            lambda _seen: scene.zoom.control.meeting(number)["start_time"] == wanted,
            address=edit,
            what="The new time on Zoom",
        )
        moved.outcome = f"{start:%H:%M}"
    with step("Teacher Two presses Start"):
        acts.start(teacher, address)
    scene.into_the_meeting(LEARNER_ONE, address, number)


def who_opened(scene: Scene) -> None:
    """Without scopes for reports the clicks on Join are what a teacher has to go by."""
    teacher = scene.enter(TEACHER_ONE)
    with scene.teller.step(f"Teacher One looks at who opened “{FRACTIONS}”") as looked:
        teacher.open("/admin/zoom/lessons/").follow(FRACTIONS)
        acts.open_attendance(teacher, teacher.address)
        teacher.expect("These people pressed Join on this site")
        teacher.expect(LEARNER_ONE.name)
        looked.outcome = f"{LEARNER_ONE.name}, at {teacher.address}"
