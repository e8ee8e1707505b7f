"""The pages behind the links, as a browser sends its forms."""

from __future__ import annotations

import http.client
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.simulator.zoom_app import LEARNER, OTHER_TEACHER, ZoomApp
from wagtail_zoom.testing import SimulatorControl


class Page(HTMLParser):
    """What a person sees, and the forms."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, url: str, text: str) -> None:
        super().__init__()
        self.status = status
        self.headers = headers
        self.url = url
        self.source = text
        self.text = ""
        self.forms: list[dict[str, Any]] = []
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given["action"], "method": given["method"], "fields": {}, "buttons": []})
        elif tag == "input" and self.forms:
            self.forms[-1]["fields"][given["name"]] = given.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append(given)

    def handle_data(self, data: str) -> None:
        self.text += data


class Browser:
    """Follows links and redirects, and presses buttons."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url).netloc

    def open(self, url: str, form: dict[str, str] | None = None) -> Page:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(self._address, timeout=60)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        payload = None if form is None else urlencode(form)
        connection.request("GET" if form is None else "POST", target, payload, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status == 303:
            return self.open(answer.headers["Location"])
        return Page(answer.status, answer.headers, url, text)

    def press(self, page: Page, number: int = 0, button: str = "", **filled: str) -> Page:
        form = page.forms[number]
        fields = {**form["fields"], **filled}
        if button:
            fields["action"] = button
        return self.open(form["action"], fields if form["method"] == "post" else None)


@pytest.fixture
def browser(simulator: SimulatorControl) -> Browser:
    """Return a browser."""
    return Browser(simulator.base_url)


def people(simulator: SimulatorControl, number: int) -> list[tuple[str, bool]]:
    """Return who is or was in the latest run, and whether they are still there."""
    run = simulator.meeting(number)["instances"][-1]
    return [(each["name"], each["leave_time"] is None) for each in run["participants"]]


def test_host_starts_people_join_leave_and_the_host_ends(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create()
    number = meeting["id"]
    start = browser.open(meeting["start_url"])
    assert start.status == 200
    assert simulator.meeting(number)["status"] == "waiting"

    controls = browser.press(start)
    assert f"You are hosting meeting {number}" in controls.text
    joined = browser.press(browser.open(meeting["join_url"]), name="Guest")
    assert f"Guest is in meeting {number}." in joined.text
    assert people(simulator, number) == [("Teacher One", True), ("Guest", True)]

    left = browser.press(joined)
    assert "You have left the meeting" in left.text
    assert people(simulator, number) == [("Teacher One", True), ("Guest", False)]

    over = browser.press(browser.open(controls.url), button="end")
    assert "The meeting is over" in over.text
    assert simulator.meeting(number)["status"] == "waiting"


def test_pages_are_private(teacher: ZoomApp, browser: Browser) -> None:
    page = browser.open(teacher.create()["start_url"])

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("zak", ["", "wrong", "expired", "of another", "of an alternative host"])
def test_only_a_fresh_zak_of_a_host_starts(
    simulator: SimulatorControl, teacher: ZoomApp, office: ZoomApp, browser: Browser, zak: str
) -> None:
    meeting = teacher.create()
    path = f"/users/{OTHER_TEACHER['email']}/token"
    tokens = {
        "": "",
        "wrong": "wrong",
        "expired": teacher.call("GET", "/users/me/token", type="zak").json["token"],
        "of another": office.call("GET", path, type="zak").json["token"],
        "of an alternative host": office.call("GET", path, type="zak").json["token"],
    }
    if zak == "expired":
        simulator.advance(7201)
    if zak == "of an alternative host":
        simulator.patch_meeting(meeting["id"], settings={"alternative_hosts": OTHER_TEACHER["email"]})
    allowed = zak == "of an alternative host"
    page = browser.open(f"/s/{meeting['id']}?{urlencode({'zak': tokens[zak]})}")

    assert page.status == (200 if allowed else 403)
    posted = browser.open(f"/s/{meeting['id']}", {"zak": tokens[zak]})
    assert posted.status == (200 if allowed else 403)
    assert simulator.meeting(meeting["id"])["status"] == ("started" if allowed else "waiting")


def test_zak_of_the_api_starts_from_the_join_link_too(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create()
    zak = teacher.call("GET", "/users/me/token", type="zak").json["token"]

    browser.press(browser.open(f"{meeting['join_url']}&zak={zak}"))

    assert people(simulator, meeting["id"]) == [("Teacher One", True)]


def test_start_link_of_a_running_meeting_brings_the_host_back_once(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create()
    controls = browser.press(browser.open(meeting["start_url"]))
    browser.press(browser.open(controls.url), button="leave")
    assert people(simulator, meeting["id"]) == [("Teacher One", False)]

    for _ in range(2):
        browser.press(browser.open(meeting["start_url"]))

    assert people(simulator, meeting["id"]) == [("Teacher One", False), ("Teacher One", True)]


def test_controls_need_their_key(teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create()
    browser.press(browser.open(meeting["start_url"]))

    assert browser.open(f"/s/{meeting['id']}/host/guessed").status == 403
    assert browser.open(f"/s/{meeting['id']}/host/guessed", {"action": "end"}).status == 403


def test_nobody_joins_before_the_host(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create()
    waiting = browser.press(browser.open(meeting["join_url"]), name="Guest")
    assert "Waiting for the host" in waiting.text

    simulator.start(meeting["id"])

    assert "Guest is in meeting" in browser.press(waiting).text


def test_wrong_passcode_is_asked_for_again(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(password="secret1")
    simulator.start(meeting["id"])
    page = browser.open(f"/j/{meeting['id']}")
    assert "passcode" in page.forms[0]["fields"]
    assert "secret1" not in page.source

    wrong = browser.press(page, name="Guest", passcode="secret2")
    assert (wrong.status, "The passcode is wrong." in wrong.text) == (400, True)
    assert "Guest is in meeting" in browser.press(wrong, name="Guest", passcode="secret1").text


def test_name_has_to_be_given(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create()
    simulator.start(meeting["id"])

    page = browser.press(browser.open(meeting["join_url"]), name=" ")

    assert (page.status, "Enter your name." in page.text) == (400, True)


def test_authentication_wants_a_zoom_user(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(settings={"meeting_authentication": True})
    simulator.start(meeting["id"])
    page = browser.open(meeting["join_url"])

    assert browser.press(page, name="Guest", email="guest@elsewhere.example").status == 400
    assert "is in meeting" in browser.press(page, name="Teacher", email=OTHER_TEACHER["email"]).text


def test_waiting_room_opens_one_by_one(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(settings={"waiting_room": True})
    controls = browser.press(browser.open(meeting["start_url"]))
    guests = [browser.press(browser.open(meeting["join_url"]), name=f"Guest {n}") for n in range(2)]
    assert all("Waiting room" in page.text for page in guests)

    page = browser.open(controls.url)
    assert "Let Guest 0 in" in page.text
    browser.press(page)

    assert f"Guest 0 is in meeting {meeting['id']}." in browser.press(guests[0]).text
    assert "Waiting room" in browser.press(guests[1]).text
    stays = simulator.meeting(meeting["id"])["instances"][0]["participants"]
    assert [(each["name"], each["status"]) for each in stays] == [
        ("Teacher One", "in_meeting"),
        ("Guest 0", "in_waiting_room"),
        ("Guest 1", "in_waiting_room"),
        ("Guest 0", "in_meeting"),
    ]


def test_personal_link_needs_no_name_and_admits_one_device(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    link = teacher.register(meeting["id"])["join_url"]
    simulator.start(meeting["id"])

    first = browser.press(browser.open(link))
    assert "Learner One is in meeting" in first.text
    browser.press(browser.open(link))

    assert people(simulator, meeting["id"])[1:] == [("Learner One", False), ("Learner One", True)]
    [registrant] = simulator.meeting(meeting["id"])["registrants"]
    stays = simulator.meeting(meeting["id"])["instances"][0]["participants"]
    assert {each["registrant_id"] for each in stays[1:]} == {registrant["id"]}


def test_several_devices_where_they_are_allowed(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create(settings={"approval_type": 0, "allow_multiple_devices": True})
    link = teacher.register(meeting["id"])["join_url"]
    simulator.start(meeting["id"])
    for _ in range(2):
        browser.press(browser.open(link))

    assert people(simulator, meeting["id"])[1:] == [("Learner One", True), ("Learner One", True)]


def test_personal_link_of_the_cancelled_is_refused(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    person = teacher.register(meeting["id"])
    simulator.start(meeting["id"])
    cancel = {"action": "cancel", "registrants": [{"id": person["registrant_id"]}]}
    teacher.call("PUT", f"/meetings/{meeting['id']}/registrants/status", cancel)

    page = browser.open(person["join_url"])

    assert (page.status, "has been cancelled" in page.text) == (403, True)
    assert (
        browser.open(f"/j/{meeting['id']}", {"tk": person["join_url"].partition("tk=")[2].partition("&")[0]}).status
        == 403
    )
    assert people(simulator, meeting["id"]) == [("Teacher One", True)]


@pytest.mark.parametrize("query", ["", "tk=wrong"])
def test_registration_meeting_opens_to_personal_links_only(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser, query: str
) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    simulator.start(meeting["id"])

    assert browser.open(f"/w/{meeting['id']}?{query}").status == 403
    assert browser.open(f"/j/{meeting['id']}", {"name": "Guest", "passcode": meeting["password"]}).status == 403
    assert people(simulator, meeting["id"]) == [("Teacher One", True)]


def test_panelist_joins_by_personal_link(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    webinar = teacher.create("webinar", settings={"approval_type": 0})
    guest = {"name": "Guest One", "email": "guest.one@school.example"}
    teacher.call("POST", f"/webinars/{webinar['id']}/panelists", {"panelists": [guest]})
    link = teacher.call("GET", f"/webinars/{webinar['id']}/panelists").json["panelists"][0]["join_url"]
    simulator.start(webinar["id"])

    assert f"Guest One is in webinar {webinar['id']}." in browser.press(browser.open(link)).text


def test_people_register_themselves(teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(settings={"approval_type": 0})
    form = {"first_name": "Learner", "last_name": "One", "email": LEARNER["email"]}

    page = browser.press(browser.open(meeting["registration_url"]), **form)

    assert "You are registered" in page.text
    [registrant] = teacher.call("GET", f"/meetings/{meeting['id']}/registrants").json["registrants"]
    assert (registrant["email"], registrant["last_name"]) == (LEARNER["email"], "One")


def test_self_registration_may_need_approval_and_can_be_refused(teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(settings={"approval_type": 1})
    page = browser.open(meeting["registration_url"])

    assert "approve" in browser.press(page, first_name="Learner", email=LEARNER["email"]).text
    assert browser.press(page, first_name="Learner", email="").status == 400
    host = browser.press(page, first_name="Teacher", email="teacher.one@school.example")
    assert (host.status, "host cannot register" in host.text) == (400, True)
    assert browser.open(f"/webinar/register/{meeting['id']}").status == 404
    assert browser.open(f"/meeting/register/{teacher.create()['id']}").status == 404


@pytest.mark.parametrize(
    "path", ["/j/80000000001", "/w/80000000001", "/s/80000000001", "/j/abc", "/j/80000000001/in/1"]
)
def test_unknown_numbers_are_not_found(simulator: SimulatorControl, browser: Browser, path: str) -> None:
    assert browser.open(path).status == 404


def test_deleted_meeting_is_not_found(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create()
    simulator.delete_meeting(meeting["id"])

    assert browser.open(meeting["join_url"]).status == 404
    assert browser.open(meeting["start_url"]).status == 404


def test_what_people_type_is_escaped(simulator: SimulatorControl, teacher: ZoomApp, browser: Browser) -> None:
    meeting = teacher.create(topic="<script>alert(1)</script> & $topic")
    simulator.start(meeting["id"])

    page = browser.press(browser.open(meeting["join_url"]), name="<img src=x>")

    assert "<script>" not in page.source
    assert "<img" not in page.source
    assert "<script>alert(1)</script> & $topic" in page.text


def test_overview_lists_the_surface_and_the_state_but_no_secrets(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    empty = Browser(simulator.base_url).open("/_simulator/")
    meeting = teacher.create(topic="Fractions")
    teacher.call("GET", "/users/me", secret="in-the-query")

    page = browser.open("/_simulator/")

    assert "POST /_simulator/reset" in page.text
    assert "Meetings and webinars: none." in empty.text
    for shown in ("Fractions", str(meeting["id"]), teacher.client_id, "/v2/users/me", "teacher.one@school.example"):
        assert shown in page.text
    for hidden in (teacher.client_secret, teacher.secret_token, teacher.token, meeting["password"], "in-the-query"):
        assert hidden not in page.source


def test_the_host_changes_and_deletes_a_meeting_by_hand(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create(topic="Old title", start_time="2027-03-10T10:00:00", timezone="Europe/Berlin")
    address = f"{simulator.base_url}/meeting/{meeting['id']}"
    shown = browser.open(address)
    assert shown.forms[0]["fields"]["start"] == "2027-03-10T10:00"
    saved = browser.open(address, {**shown.forms[0]["fields"], "topic": "New title", "start": "2027-03-10T11:00"})
    assert "Saved." in saved.text
    state = simulator.meeting(meeting["id"])
    assert (state["topic"], state["start_time"]) == ("New title", "2027-03-10T10:00:00Z")
    browser.open(address, {**shown.forms[0]["fields"], "action": "delete"})
    assert simulator.meeting(meeting["id"])["deleted"]
    assert browser.open(address).status == 404


def test_a_meeting_is_no_webinar_and_nonsense_is_refused_in_words(
    simulator: SimulatorControl, teacher: ZoomApp, browser: Browser
) -> None:
    meeting = teacher.create(topic="Lesson")
    assert browser.open(f"{simulator.base_url}/webinar/{meeting['id']}").status == 404
    answer = browser.open(f"{simulator.base_url}/meeting/{meeting['id']}", {"topic": "Lesson", "duration": "long"})
    assert answer.status == 400
