"""What stops: a pause of the space and its end, and an act over so many lessons that a person has to say yes."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from example_site.demo.people import LEARNER_ONE, SCHOOL_ADMINISTRATOR, TEACHER_ONE
from tests.browser import steps
from tests.browser.conftest import World
from tests.browser.people import Browsers
from tests.browser.waiting import ask, eventually, look_until
from wagtail_zoom import clock


pytestmark = pytest.mark.browser

MANY = 21
#: Draft lessons of Teacher One below a section, as an import leaves them.
IMPORT = f"""
import datetime as dt
from django.contrib.auth import get_user_model
from wagtail.models import Page
from example_site.home.models import HomePage
from wagtail_zoom.models import LessonPage
from wagtail_zoom import clock
section = Page.objects.get(slug="school").add_child(instance=HomePage(title="Summer school", slug="summer"))
section.save_revision().publish()
for number in range({MANY}):
    page = section.add_child(instance=LessonPage(
        title=f"Summer {{number:02}}", slug=f"summer-{{number}}", live=False,
        owner=get_user_model().objects.get(username="{TEACHER_ONE.username}"),
        zoom_date=clock.now().date() + dt.timedelta(days=2 + number), zoom_time=dt.time(10), zoom_duration=45))
    page.save_revision()
"""


@pytest.fixture
def administrator(world: World, browsers: Browsers) -> Page:
    """The school's administrator, who has entered an app that may do everything."""
    page = browsers.log_in(SCHOOL_ADMINISTRATOR, world.demo.school)
    steps.enter_general_app(page, world.demo.school, world.zoom.everything_app)
    return page


@pytest.fixture
def teacher(administrator: Page, world: World, browsers: Browsers) -> Page:
    """A teacher, connected."""
    page = browsers.log_in(TEACHER_ONE, world.demo.school)
    steps.allow_on_zoom(page, world.demo.school, TEACHER_ONE)
    return page


def test_during_a_pause_learners_join_as_before_the_editor_is_told_and_its_end_takes_the_work_up(
    administrator: Page, teacher: Page, world: World, browsers: Browsers
) -> None:
    home = world.demo.school
    soon = (clock.now() + dt.timedelta(minutes=8)).astimezone(ZoneInfo("Europe/Berlin"))
    steps.write_lesson(teacher, home, "The School", "Before the pause", soon)
    address = steps.publish_and_wait(teacher, home, "Before the pause")
    administrator.goto(f"{home}{steps.SETTINGS}")
    administrator.get_by_role("link", name="Pause Zoom").click()
    expect(administrator.get_by_text("Learners can still join the meetings that exist.")).to_be_visible()
    administrator.get_by_role("button", name="Pause Zoom for this space").click()
    expect(administrator.get_by_text("Paused: nothing is changed on Zoom for this space.")).to_be_visible()
    world.zoom.control.clear_requests()

    steps.write_lesson(teacher, home, "The School", "During the pause", soon)
    steps.publish(teacher)
    steps.edit_lesson(teacher, home, "During the pause")
    editor = teacher.url
    panel = teacher.locator(".wz-state-panel")
    expect(panel).to_contain_text("Nothing is sent to Zoom while this space is paused.")
    learner = browsers.log_in(LEARNER_ONE, home, phone=True)
    learner.goto(address)
    learner.get_by_role("link", name="Join", exact=True).click()
    expect(learner).to_have_url(re.compile(r"/j/\d+"))
    assert world.zoom.control.requests() == []

    administrator.goto(f"{home}/admin/")
    need = administrator.get_by_role("listitem").filter(has_text="Zoom is paused here.")
    need.get_by_role("link").click()
    expect(administrator.get_by_text(f"Paused by {SCHOOL_ADMINISTRATOR.username}")).to_be_visible()
    administrator.get_by_role("button", name="Let it go on").click()
    expect(administrator.locator(".messages .success")).to_contain_text("Zoom goes on.")
    steps.see_state(teacher, editor, "Ready")


def test_a_section_is_published_and_unpublished_only_with_a_yes_that_knows_the_figures(
    administrator: Page, teacher: Page, world: World
) -> None:
    home = world.demo.school
    steps.let_unpublishing_cancel(administrator, home)
    world.demo.group.run("import", "manage.py", "shell", "-v", "0", "-c", IMPORT)
    approvals = f"{home}/admin/zoom/approvals/"

    in_bulk(administrator, world, "publish")
    administrator.get_by_role("button", name="Yes, publish").click()
    expect(administrator.locator(".messages .success").first).to_be_visible()
    question = administrator.locator("section.wz-state")
    look_until(question, approvals)
    expect(question).to_contain_text(f"{MANY} meetings would be made on Zoom")
    expect(question).to_contain_text("Summer 00")
    assert on_zoom(world) == 0
    question.get_by_role("button", name="Yes, make them").click()
    expect(administrator.locator(".messages .success")).to_contain_text(f"{MANY} meetings are taken up now.")
    eventually(lambda: on_zoom(world), MANY)

    in_bulk(administrator, world, "unpublish")
    administrator.get_by_role("button", name="Yes, unpublish").click()
    expect(administrator.get_by_role("heading", name="This changes meetings on Zoom")).to_be_visible()
    expect(administrator.get_by_text(f"{MANY} Zoom meetings are cancelled on Zoom.")).to_be_visible()
    expect(administrator.get_by_text("an administrator has to say yes before it happens")).to_be_visible()
    administrator.get_by_role("button", name="Unpublish", exact=True).click()
    look_until(question, approvals)
    expect(question).to_contain_text(f"{MANY} meetings would be cancelled on Zoom")
    assert on_zoom(world) == MANY
    question.get_by_role("button", name="No, leave them on Zoom").click()
    expect(administrator.get_by_text("Nothing is changed on Zoom.")).to_be_visible()
    expect(administrator.get_by_text("Nothing waits for your yes.")).to_be_visible()
    assert on_zoom(world) == MANY


def in_bulk(page: Page, world: World, act: str) -> None:
    """Choose everything in the section, and what is to become of it."""
    ((section,),) = ask(world.demo, "SELECT id FROM wagtailcore_page WHERE slug = 'summer'")
    page.goto(f"{world.demo.school}/admin/pages/{section}/")
    page.get_by_role("checkbox", name="Select all").first.check()
    page.get_by_role("link", name=re.compile(f"^{act}", re.IGNORECASE)).last.click()


def on_zoom(world: World) -> int:
    """Return how many of the section's meetings there are on Zoom."""
    return len(
        [each for each in world.zoom.control.meetings() if each["topic"].startswith("Summer") and not each["deleted"]]
    )
