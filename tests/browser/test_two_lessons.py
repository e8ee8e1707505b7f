"""Two courses share one webinar: a person is wanted as long as any of its lessons wants them."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import expect

from example_site.demo import acts
from example_site.demo.people import ACADEMY_ADMINISTRATOR, CLASSMATES, LEARNER_TWO, Person
from example_site.demo.story import COURSE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.lectures import connect_academy, make_course, publish_lecture, statuses, wait_for_counts
from tests.browser.people import Browsers


pytestmark = pytest.mark.browser

OTHER_COURSE = "Numbers at Night"
DAY, BOTH, NIGHT = LEARNER_TWO, *CLASSMATES[:2]


def test_two_lessons_with_different_classes_register_everybody_of_both(world: World, browsers: Browsers):
    home = world.demo.academy
    connect_academy(world)
    make_course(world, OTHER_COURSE)
    publish_lecture(world, zoom_option_registration="on")
    second = publish_lecture(world, "Correlation at night", parent=OTHER_COURSE)
    for person, courses in ((DAY, [COURSE]), (BOTH, [COURSE, OTHER_COURSE]), (NIGHT, [OTHER_COURSE])):
        enrol(world, person, courses)

    administrator = browsers.log_in(ACADEMY_ADMINISTRATOR, home)
    administrator.goto(second.editor)
    steps.open_registrants(administrator)
    administrator.get_by_role("link", name="Register everyone on this course").click()
    administrator.get_by_role("button", name="Register everyone on this course").click()
    wait_for_counts(administrator, "Registered: 3")
    assert statuses(world) == {person.email: "approved" for person in (DAY, BOTH, NIGHT)}

    learner = browsers.log_in(NIGHT, home, phone=True)
    learner.goto(second.address)
    expect(learner.get_by_role("link", name="Join", exact=True)).to_be_visible()
    steps.fits_the_width(learner)


def enrol(world: World, person: Person, courses: list[str]) -> None:
    with closing(acts.log_in(world.demo.academy, person)) as learner:
        for course in courses:
            acts.enrol(learner, course)
