"""The main job, played once over HTTP: a space is connected, a lesson is published, a learner is in the meeting.

Then what comes with it: a class is registered, and a lesson that took place has its attendance. The people here use the
site as anybody does, through its pages. What happens at Zoom without the site (its accounts, its apps, what exists
there already, strangers who register, a seminar as it takes its course) is played at the practice Zoom directly.
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, closing

from . import academy, school
from .group import Demo
from .scene import COURSE, FRACTIONS, LECTURE, SEMINAR, VERBS, Scene
from .telling import Storyteller
from .zoom import ZoomSide, set_up


__all__ = ["CALLBACK", "COURSE", "FRACTIONS", "LECTURE", "SEMINAR", "VERBS", "tell"]

CALLBACK = "/zoom/oauth/callback/"
#: The part of an address that names one registrant.
REGISTRANT = re.compile(r"(?<=/registrants/)(?!status$)[^/]+$")


def tell(demo: Demo) -> bool:
    """Play and print the story; return whether every step worked."""
    began = time.monotonic()
    zoom = set_up(demo.simulator, callback=f"{demo.school}{CALLBACK}", webinar_topic=LECTURE)
    with closing(zoom.control), ExitStack() as visitors:
        teller = Storyteller(calls=lambda: _calls(zoom))
        at_school = Scene(teller, zoom, demo.school, visitors)
        at_academy = Scene(teller, zoom, demo.academy, visitors)
        teller.say("\n  A story of two schools. The indented lines are what Zoom was asked meanwhile.")
        with teller.chapter(f"The School, {demo.school}/. A General App: every teacher connects their own account"):
            school.meeting_with_few_scopes(at_school)
        with teller.chapter("The School again. Teacher Two brings an app of their own, with every scope"):
            school.app_of_ones_own(at_school)
        with teller.chapter(f"The Academy, {demo.academy}/. Server-to-Server: one app for the whole account"):
            academy.webinar_of_a_course(at_academy)
        with teller.chapter("The Academy again. A seminar of the same course that has just taken place"):
            academy.seminar_with_attendance(at_academy)
        with teller.chapter("The School once more. What its few scopes let it know afterwards"):
            school.who_opened(at_school)
        if teller.failures:
            teller.say(f"\n  {teller.failures} of the steps did not work. Logs: {demo.group.logs}")
        teller.say(f"\n  Told in {time.monotonic() - began:.0f} seconds.")
        return not teller.failures


def _calls(zoom: ZoomSide) -> list[str]:
    """Return the API calls since the last look, one line for those that are alike, and forget them."""
    seen = zoom.control.requests()
    zoom.control.clear_requests()
    lines = [f"{call['method']} {REGISTRANT.sub('…', call['path'])} → {call['status']}" for call in seen]
    return [f"{line}{f', {lines.count(line)} times' if lines.count(line) > 1 else ''}" for line in dict.fromkeys(lines)]
