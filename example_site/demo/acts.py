"""What people do on the site, each as a few clicks."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from contextlib import closing

from bs4 import Tag

from .people import PASSWORD, Person
from .visitor import DidNotWork, Visitor, words_of
from .zoom import ZoomApp, ZoomSide


SETTINGS = "/admin/settings/wagtail_zoom/zoomsettings/"
MY_ZOOM = "/admin/zoom/my/"
NUMBER = re.compile(r"\d{9,11}")
PAGE = re.compile(r"/admin/pages/(\d+)/")


def log_in(home: str, person: Person) -> Visitor:
    """Log in at the site's own login page."""
    visitor = Visitor(person.name, home)
    visitor.open("/login/").submit({"username": person.username, "password": PASSWORD}, button="Log in", form=".form")
    if "/login/" in visitor.address:
        raise DidNotWork(f"{person.name} could not log in. {visitor.what_is_seen()}")
    return visitor


def enter_general_app(visitor: Visitor, app: ZoomApp) -> None:
    """Enter a General App in Settings → Zoom and save."""
    values = {"general_client_id": app.client_id, "general_client_secret": app.client_secret}
    visitor.open(SETTINGS).submit(values, form="form:has([name=general_client_id])")
    visitor.expect("Saved. Not tested yet.")


def enter_server_app(visitor: Visitor, app: ZoomApp) -> None:
    """Enter a Server-to-Server app in Settings → Zoom, save, and let it be tested."""
    values = {
        "server_account_id": app.account_id,
        "server_client_id": app.client_id,
        "server_client_secret": app.client_secret,
    }
    visitor.open(SETTINGS).submit(values, button="Save and test connection")
    visitor.expect("Connected")


def map_host(visitor: Visitor, person: Person) -> None:
    """Say which Zoom user a person is, as the space's administrator."""
    visitor.open(SETTINGS).follow("Hosts of this space")
    who = visitor.page.select_one("select[name=user]")
    option = next((each for each in who.select("option") if person.username in words_of(each)), None) if who else None
    if option is None:
        raise DidNotWork(f"{person.name} is not offered as a host. {visitor.what_is_seen()}")
    visitor.submit({"user": str(option["value"]), "zoom_ref": person.email}, button="Add host")
    visitor.expect(person.email)


def allow_on_zoom(visitor: Visitor, person: Person, *, own_app: ZoomApp | None = None) -> None:
    """Go to Zoom's consent page from My Zoom, be ``person`` there, allow, and come back connected."""
    visitor.open(MY_ZOOM)
    if own_app is None:
        visitor.submit(button="Authorize", form="form:not(:has([name=through]))")
    else:
        form = visitor.page.select_one("form:has([name=through])")
        prefix = _prefix(form, "client_id")
        values = {f"{prefix}client_id": own_app.client_id, f"{prefix}client_secret": own_app.client_secret}
        visitor.submit(values, form="form:has([name=through])")
    zoom_user = next((each for each in visitor.page.select("option") if person.email in words_of(each)), None)
    if zoom_user is None:
        raise DidNotWork(f"Zoom's consent page does not know {person.name}. {visitor.what_is_seen()}")
    visitor.submit({"user": str(zoom_user["value"])}, button="Allow")
    visitor.expect("Connected")


def lesson_wishes(title: str, starts_at: dt.datetime, *, minutes: int, summary: str, text: str) -> dict[str, str]:
    """Return what a teacher types for a lesson with a new meeting at ``starts_at``, aware, in the lesson's zone."""
    return {
        "title": title,
        "search_description": summary,
        "zoom_kind": "meeting",
        "zoom_date": f"{starts_at:%Y-%m-%d}",
        "zoom_time": f"{starts_at:%H:%M}",
        "zoom_timezone": str(starts_at.tzinfo),
        "zoom_duration": str(minutes),
        "zoom_audience": "logged_in",
        **paragraph(text),
    }


def publish_lesson(visitor: Visitor, parent: str, wishes: Mapping[str, str]) -> str:
    """Publish a new lesson below the page titled ``parent``; return the path of its edit page."""
    page_id = _page_titled(visitor, parent)
    visitor.open(f"/admin/pages/add/wagtail_zoom/lessonpage/{page_id}/")
    return _publish(visitor, {"slug": slug_of(wishes["title"]), **wishes})


def republish(visitor: Visitor, edit_path: str, wishes: Mapping[str, str]) -> None:
    """Change a lesson and publish it again. ``wishes`` name the body, too: only a script knows what stands there."""
    _publish(visitor.open(edit_path), wishes)


def wait_for_number(visitor: Visitor, edit_path: str) -> int:
    """Look at the editor until the lesson is ready; return the meeting's number as its state shows it."""
    visitor.wait_for(
        lambda seen: seen.page.select_one(".wz-state--ok .wz-state__number") is not None,
        address=edit_path,
        what="The meeting",
    )
    shown = visitor.page.select_one(".wz-state__number")
    return int(re.sub(r"\D", "", words_of(shown) if shown else ""))


def lesson_address(visitor: Visitor) -> str:
    """Return the address for learners that the editor's state shows for copying."""
    shown = visitor.page.select_one("#wz-lesson-address")
    if shown is None:
        raise DidNotWork(f"The editor shows no address for learners. {visitor.what_is_seen()}")
    return str(shown["value"])


def find_webinar(visitor: Visitor, parent: str, topic: str) -> int:
    """Let the new lesson's editor list the host's meetings and webinars; return the number of the one titled so."""
    visitor.open(f"/admin/pages/add/wagtail_zoom/lessonpage/{_page_titled(visitor, parent)}/")
    visitor.follow("Show the meetings")
    for item in visitor.page.select(".wz-choose__item"):
        digits = NUMBER.search(re.sub(r"(?<=\d) (?=\d)", "", words_of(item)))
        if topic in words_of(item) and digits:
            return int(digits[0])
    raise DidNotWork(f"“{topic}” is not listed. {visitor.what_is_seen()}")


def enrol(visitor: Visitor, course: str) -> None:
    """Enrol in a course from its page."""
    visitor.open(f"/{slug_of(course)}/").follow("Enrol")
    visitor.expect("enrolled")


def register_on_zoom(zoom: ZoomSide, number: int, person: Person) -> None:
    """Fill in the form on Zoom's own page for a webinar, as somebody this site knows nothing of."""
    values = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    with closing(Visitor(person.name, zoom.control.base_url)) as stranger:
        stranger.open(f"/webinar/register/{number}").submit(values, button="Register")
        stranger.expect("Thank you")


def open_registrants(visitor: Visitor, edit_path: str) -> None:
    """Go from the lesson's editor to its registrants."""
    visitor.open(edit_path).follow("Registrants (")


def register_everyone(visitor: Visitor) -> None:
    """On the registrants' page, register everyone on the course, and agree to what that will do."""
    visitor.follow("Register everyone on this course")
    visitor.submit(button="Register everyone on this course")


def decide_about(visitor: Visitor, person: Person, button: str) -> None:
    """On the registrants' page, choose one person, press a button, and agree to what that will do."""
    listing = visitor.address
    box = visitor.page.select_one(f"input[name=person][aria-label*='{person.email}']")
    if box is None:
        raise DidNotWork(f"{person.name} is not listed. {visitor.what_is_seen()}")
    visitor.submit({"person": str(box["value"])}, button=button, form="#wz-registrants-acts")
    visitor.submit(button=button, form="form:has([name=confirmed])")
    visitor.open(listing)


def wait_for_registrants(visitor: Visitor, wanted: Mapping[str, int]) -> None:
    """Look at the registrants' page until nobody is on the way, and it counts as many in each state as are wanted."""
    counts = {f"{state}: {number}" for state, number in wanted.items()}
    visitor.wait_for(
        lambda seen: {words_of(each) for each in seen.page.select(".wz-counts li")} == counts,
        address=visitor.address,
        what=f"“{', '.join(sorted(counts))}”",
    )


def set_completion_rule(visitor: Visitor, rule: str, amount: int) -> None:
    """Set in Settings → Zoom who has completed a lesson."""
    values = {"completion_rule": rule, "completion_amount": str(amount)}
    visitor.open(SETTINGS).submit(values, form="form:has([name=completion_rule])")
    visitor.expect("Saved")


def open_attendance(visitor: Visitor, edit_path: str) -> None:
    """Go to the attendance of the lesson that is edited at ``edit_path``."""
    found = PAGE.search(edit_path)
    visitor.open(f"/admin/zoom/attendance/{found[1] if found else edit_path}/")


def read_attendance(visitor: Visitor, edit_path: str) -> None:
    """Have Zoom asked who was at the lesson, and look until somebody is known to have been there."""
    open_attendance(visitor, edit_path)
    visitor.submit(button="Ask Zoom again")
    visitor.wait_for(
        lambda seen: seen.page.select_one("svg.wz-presence") is not None,
        address=visitor.address,
        what="The picture of who was there",
    )


def figures_of(visitor: Visitor) -> dict[str, int]:
    """Return the figures at the head of the attendance page, by their names."""
    pairs = [(each.dt, each.dd) for each in visitor.page.select(".wz-figures div")]
    return {words_of(name): int(words_of(number)) for name, number in pairs if name and number}


def not_seen(visitor: Visitor) -> int:
    """Return how many people the attendance page lists as expected and not seen."""
    heading = visitor.page.find("h2", string=lambda words: bool(words and "not seen" in words))
    listed = heading.find_next("ul") if isinstance(heading, Tag) else None
    return len(listed.select("li")) if isinstance(listed, Tag) else 0


def start(visitor: Visitor, address: str) -> None:
    """Start the lesson as its host, and the meeting on the page behind the link."""
    visitor.open(address).follow("Join", selector="a[data-zoom-join]")
    visitor.submit(button="Start the lesson").submit(button="Start")
    visitor.expect("You are hosting")


def join(visitor: Visitor, address: str, person: Person) -> None:
    """Press Join on the lesson's page, and say on Zoom's page who one is where it asks."""
    visitor.open(address)
    visitor.wait_for(
        lambda seen: "/j/" in seen.address or "/w/" in seen.address,
        address=_join_link(visitor),
        what="The way into the lesson",
    )
    asked = {"name": person.name, "email": person.email}
    fields = {name: value for name, value in asked.items() if visitor.page.select_one(f"input[name={name}]")}
    visitor.submit(fields, button="Join")


def slug_of(title: str) -> str:
    """Return the page's slug, as the editor's script makes it from the title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def paragraph(text: str) -> dict[str, str]:
    """Return what the editor's script sends for a body of one paragraph."""
    block = {"key": "text", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return {
        "body-count": "1",
        "body-0-type": "paragraph",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "",
        "body-0-value": json.dumps({"blocks": [block], "entityMap": {}}),
    }


def _publish(visitor: Visitor, wishes: Mapping[str, str]) -> str:
    visitor.submit(wishes, button="Publish", form="#page-edit-form")
    edit = next((found for link in visitor.page.select("a[href]") if (found := _edit_path(link))), None)
    if visitor.page.select_one(".messages .success") is None or edit is None:
        raise DidNotWork(f"The page was not published. {visitor.what_is_seen()}")
    return edit


def _edit_path(link: Tag) -> str | None:
    in_message = link.find_parent(class_="messages") is not None
    found = re.search(r"/admin/pages/\d+/edit/", str(link["href"]))
    return found[0] if in_message and found else None


def _page_titled(visitor: Visitor, title: str) -> int:
    visitor.open("/admin/pages/")
    for link in visitor.page.select("a[href]"):
        found = PAGE.search(str(link["href"]))
        if found and words_of(link) == title:
            return int(found[1])
    raise DidNotWork(f"The page “{title}” is not found. {visitor.what_is_seen()}")


def _join_link(visitor: Visitor) -> str:
    link = visitor.page.select_one("a[data-zoom-join]")
    if link is None:
        raise DidNotWork(f"There is no Join. {visitor.what_is_seen()}")
    return str(link["href"])


def _prefix(form: Tag | None, name: str) -> str:
    field = form.select_one(f"[name$={name}]") if form else None
    if field is None:
        raise DidNotWork("An app of one's own cannot be entered here.")
    return str(field["name"]).removesuffix(name)
