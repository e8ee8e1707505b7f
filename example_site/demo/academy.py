"""The academy: one Server-to-Server app with seventeen scopes, and a course whose lessons exist on Zoom already."""

from __future__ import annotations

from wagtail_zoom import clock

from . import acts, seminar
from .people import ACADEMY_ADMINISTRATOR, CLASSMATES, LEARNER_TWO, LECTURER_ONE, VISITORS
from .scene import COURSE, LECTURE, SEMINAR, Scene
from .seminar import STRANGER


#: Of a lesson's time; who was there for so long has completed it.
ENOUGH_PER_CENT = 70


def webinar_of_a_course(scene: Scene) -> None:
    """List what exists, link it, and register a learner, the class, and strangers who were quicker."""
    step = scene.teller.step
    administrator = scene.enter(ACADEMY_ADMINISTRATOR)
    with step("Academy Administrator enters account, client ID and secret, and tests the connection"):
        acts.enter_server_app(administrator, scene.zoom.academy_app)
    with step("Academy Administrator says which Zoom user Lecturer One is"):
        acts.map_host(administrator, LECTURER_ONE)
    lecturer = scene.enter(LECTURER_ONE)
    with step(f"Lecturer One finds the webinar “{LECTURE}” in the list from Zoom") as found:
        number = acts.find_webinar(lecturer, COURSE, LECTURE)
        found.outcome = str(number)
    with step("Three strangers fill in the form on Zoom's own page; there, people wait for approval"):
        scene.zoom.control.patch_meeting(number, settings={"approval_type": 1})
        for visitor in VISITORS:
            acts.register_on_zoom(scene.zoom, number, visitor)
    with step(f"Lecturer One publishes it as a lesson of the course “{COURSE}”") as published:
        wishes = {
            "title": LECTURE,
            "search_description": "Storks, babies, and what numbers cannot tell.",
            "zoom_kind": "existing",
            "zoom_number": str(number),
            "zoom_audience": "enrolled",
            **acts.paragraph(
                "Two things rise together. Before we say that one moves the other, we ask three questions."
            ),
        }
        edit = acts.publish_lesson(lecturer, COURSE, wishes)
        acts.wait_for_number(lecturer, edit)
        address = acts.lesson_address(lecturer)
        published.outcome = f"for learners at {address}"
    with step("Learner Two enrols in the course, and is registered for the webinar"):
        acts.enrol(scene.enter(LEARNER_TWO), COURSE)
        lecturer.wait_for(
            lambda _seen: scene.statuses(number).get(LEARNER_TWO.email) == "approved",
            address=edit,
            what="The registration",
        )
    with step(f"{len(CLASSMATES)} others enrol: {CLASSMATES[0].name} to {CLASSMATES[-1].name}"):
        for learner in CLASSMATES:
            acts.enrol(scene.enter(learner), COURSE)
    accepted, denied, _waiting = VISITORS
    with step(f"Lecturer One approves {accepted.name} and denies {denied.name}") as decided:
        acts.open_registrants(lecturer, edit)
        acts.wait_for_registrants(lecturer, {"Registered": len(CLASSMATES) + 1, "Waits for approval": len(VISITORS)})
        acts.decide_about(lecturer, accepted, "Register or approve")
        acts.decide_about(lecturer, denied, "Deny")
        counts = {"Registered": len(CLASSMATES) + 2, "Waits for approval": 1, "Denied": 1}
        acts.wait_for_registrants(lecturer, counts)
        decided.outcome = "the class is registered, too"
    with step("On Zoom now") as shown:
        statuses = list(scene.statuses(number).values())
        figures = ", ".join(f"{statuses.count(status)} {status}" for status in ("approved", "pending", "denied"))
        shown.outcome = f"{figures}; to be seen at {scene.home}/admin/zoom/registrants/"
    with step("Lecturer One presses Start"):
        acts.start(lecturer, address)
    scene.into_the_meeting(LEARNER_TWO, address, number)


def seminar_with_attendance(scene: Scene) -> None:
    """Link a meeting, register the class, and read afterwards who was there, and who for long enough."""
    step = scene.teller.step
    administrator, lecturer = scene.enter(ACADEMY_ADMINISTRATOR), scene.enter(LECTURER_ONE)
    begins = seminar.begins_at(clock.now())
    learners = [LEARNER_TWO, *CLASSMATES]
    with step(f"Academy Administrator sets the rule: a lesson is complete for who was there {ENOUGH_PER_CENT} % of it"):
        acts.set_completion_rule(administrator, "percent", ENOUGH_PER_CENT)
    with step(f"Lecturer One publishes the meeting “{SEMINAR}” as another lesson of the course") as published:
        number = seminar.plan(scene.zoom, SEMINAR, begins)
        wishes = {
            "title": SEMINAR,
            "search_description": "One rich guest, and everybody in the room is rich on average.",
            "zoom_kind": "existing",
            "zoom_number": str(number),
            "zoom_audience": "enrolled",
            **acts.paragraph("Mean, median, and the one number that spoils the picture. Bring your own figures."),
        }
        edit = acts.publish_lesson(lecturer, COURSE, wishes)
        acts.wait_for_number(lecturer, edit)
        published.outcome = str(number)
    with step("Lecturer One registers everyone on this course") as registered:
        acts.open_registrants(lecturer, edit)
        acts.register_everyone(lecturer)
        acts.wait_for_registrants(lecturer, {"Registered": len(learners)})
        registered.outcome = f"{list(scene.statuses(number).values()).count('approved')} approved on Zoom"
    with step("On Zoom it takes its course, with late comers, a lost connection and a stranger, and is ended"):
        seminar.play(scene.zoom, number, begins, seminar.stays_of(learners))
    with step("Lecturer One asks Zoom who was there") as asked:
        acts.read_attendance(lecturer, edit)
        lecturer.expect(STRANGER)
        figures = acts.figures_of(lecturer)
        asked.outcome = (
            f"{figures['Were there']} people, {figures['Not recognised']} of them not recognised; "
            f"{figures['Completed']} completed it, {acts.not_seen(lecturer)} were not seen"
        )
    scene.teller.say(f"      Attendance, with its picture: {lecturer.address}")
