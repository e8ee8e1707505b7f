"""What people do in a browser, as they would tell it."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Page, expect

from example_site.demo.people import Person
from example_site.demo.zoom import ZoomApp, ZoomSide


SETTINGS = "/admin/settings/wagtail_zoom/zoomsettings/"
KINDS = {
    "none": "No Zoom meeting",
    "meeting": "A new meeting",
    "webinar": "A new webinar",
    "existing": "An existing meeting or webinar",
}


def enter_general_app(page: Page, home: str, app: ZoomApp) -> None:
    """Enter a General App in the settings and save."""
    page.goto(f"{home}{SETTINGS}")
    page.locator("[name=general_client_id]").fill(app.client_id)
    page.locator("[name=general_client_secret]").fill(app.client_secret)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved. Not tested yet.")).to_be_visible()


def enter_server_app(page: Page, home: str, app: ZoomApp) -> None:
    """Enter a Server-to-Server app, save and test it."""
    page.goto(f"{home}{SETTINGS}")
    page.locator("[name=server_account_id]").fill(app.account_id)
    page.locator("[name=server_client_id]").fill(app.client_id)
    page.locator("[name=server_client_secret]").fill(app.client_secret)
    page.get_by_role("button", name="Save and test connection").click()


def map_host(page: Page, person: Person) -> None:
    """On the settings page, go to the hosts and say which Zoom user a person is."""
    page.get_by_role("link", name="Hosts of this space").click()
    page.get_by_label("Person on this site").select_option(label=f"{person.name} – {person.username}")
    page.get_by_label("Zoom user").fill(person.email)
    page.get_by_role("button", name="Add host").click()
    expect(page.locator("table.listing")).to_contain_text(person.email)


def allow_on_zoom(page: Page, home: str, person: Person) -> None:
    """Connect from My Zoom, through Zoom's consent page."""
    page.goto(f"{home}/admin/zoom/my/")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Signed in as").select_option(label=f"{person.name} ({person.email})")
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile("/admin/zoom/my/"))
    expect(page.get_by_text("Connected", exact=False).first).to_be_visible()


def write_lesson(page: Page, home: str, parent: str, title: str, starts_at: dt.datetime) -> None:
    """Begin a new lesson with a meeting below the page titled ``parent``, and fill it in."""
    begin_lesson(page, home, parent, title)
    choose_kind(page, "meeting")
    fill_time(page, starts_at)
    page.locator("[name=zoom_audience]").select_option("logged_in")


def begin_lesson(page: Page, home: str, parent: str, title: str) -> None:
    """Go from the page explorer to a new lesson below the page titled ``parent``, and give it its title."""
    page.goto(f"{home}/admin/pages/")
    link = page.locator("a[href*='/admin/pages/']").filter(has_text=re.compile(rf"^\s*{parent}\s*$")).first
    found = re.search(r"/admin/pages/(\d+)/", link.get_attribute("href") or "")
    assert found, f"no page {parent}"
    page.goto(f"{home}/admin/pages/add/wagtail_zoom/lessonpage/{found[1]}/")
    page.locator("[name=title]").fill(title)


def choose_kind(page: Page, kind: str) -> None:
    """Choose what the lesson uses on Zoom."""
    page.get_by_label(KINDS[kind], exact=True).check()


def fill_time(page: Page, starts_at: dt.datetime) -> None:
    """Fill in date and time as they are read in the lesson's zone."""
    page.locator("[name=zoom_date]").fill(f"{starts_at:%Y-%m-%d}")
    page.locator("[name=zoom_time]").fill(f"{starts_at:%H:%M}")


def publish(page: Page) -> None:
    """Publish the page that is being edited."""
    page.locator("footer .w-dropdown-button").get_by_role("button").last.click()
    page.get_by_role("button", name="Publish").last.click()
    expect(page.locator(".messages .success, .messages .warning, .messages .error").first).to_be_visible()


def let_unpublishing_cancel(page: Page, home: str) -> None:
    """Decide in the settings that the meeting of an unpublished lesson is cancelled."""
    page.goto(f"{home}{SETTINGS}")
    page.locator("[name=when_unpublished]").select_option("cancel")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".messages .success")).to_be_visible()


def unpublish(page: Page, editor: str) -> None:
    """Unpublish the page whose editor is at this address, and say yes to what that does on Zoom."""
    page.goto(editor.partition("edit/")[0] + "unpublish/")
    page.get_by_role("button", name=re.compile("unpublish", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name="This changes meetings on Zoom")).to_be_visible()
    page.get_by_role("button", name="Unpublish", exact=True).click()
    expect(page.locator(".messages .success, .messages .warning").first).to_be_visible()


def see_state(page: Page, editor: str, words: str) -> None:
    """Open the editor until its panel says ``words``: what a busy moment swallowed, the site finds within a minute."""
    panel = page.locator(".wz-state-panel")
    for _look in range(12):
        page.goto(editor)
        try:
            expect(panel).to_contain_text(words, timeout=6_000)
        except AssertionError:
            continue
        return
    expect(panel).to_contain_text(words)


def edit_lesson(page: Page, home: str, title: str) -> None:
    """Open the lesson's editor from the listing of lessons."""
    page.goto(f"{home}/admin/zoom/lessons/")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.locator(".wz-state-panel")).to_be_visible()


def publish_and_wait(page: Page, home: str, title: str) -> str:
    """Publish, watch the editor until the lesson is ready, and return the address that it gives for learners."""
    publish(page)
    edit_lesson(page, home, title)
    expect(page.locator(".wz-state--ok .wz-state__number")).to_be_visible()
    return page.locator("#wz-lesson-address").input_value()


def say_who_joins(page: Page, person: Person) -> None:
    """Fill in Zoom's own question before one comes in, where it asks, and join."""
    if page.locator("input[name=name]").is_visible():
        page.locator("input[name=name]").fill(person.name)
    page.get_by_role("button", name="Join").click()


def start_as_host(page: Page, address: str) -> None:
    """Start the lesson from its page, and the meeting on Zoom's."""
    page.goto(address)
    page.get_by_role("button", name="Start the lesson").click()
    page.get_by_role("button", name="Start", exact=False).click()
    expect(page.get_by_text("You are hosting")).to_be_visible()


def fits_the_width(page: Page) -> None:
    """Fail when the page is wider than the window, so that somebody on a phone would have to push it about."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def open_registrants(page: Page) -> None:
    """From the lesson's editor, go to its registrants by the button that names their number."""
    page.locator("header").get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name=re.compile(r"Registrants \(\d+\)")).first.click()
    expect(page).to_have_url(re.compile(r"/admin/zoom/registrants/\?meeting=\d+"))


def let_zoom_tell(page: Page, home: str, zoom: ZoomSide) -> None:
    """Enter the webhook secret of the academy's app, and the address that is shown then at Zoom, which checks it."""
    page.goto(f"{home}{SETTINGS}")
    page.locator("[name=server_webhook_secret]").fill(zoom.academy_app.secret_token)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".messages .success")).to_be_visible()
    address = page.locator("#wz-webhook-server").input_value()
    zoom.control.patch_app(zoom.academy_app.client_id, webhook_url=address)
