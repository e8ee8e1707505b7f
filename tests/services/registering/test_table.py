"""The documented table of wanted and actual, walked through HTTP."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.schools import School
from tests.services.registering.desks import Desk, open_desk
from wagtail_zoom import clock
from wagtail_zoom.models import Allowance, Registrant
from wagtail_zoom.services import encryption


pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parents[3] / "docs/reference/registrants.md").read_text()
LEARNER = "learner.one@school.example"

#: What Zoom has afterwards, by what is wanted and what it had; None: nobody.
AFTER = {
    "approved": dict.fromkeys(("absent", "pending", "approved", "denied"), "approved"),
    "waiting": {"absent": "pending", "pending": "pending", "approved": "approved", "denied": "cancelled"},
    "denied": {"absent": None, "pending": "denied", "approved": "cancelled", "denied": "cancelled"},
    "cancelled": {"absent": None, "pending": "denied", "approved": "cancelled", "denied": "cancelled"},
    "deleted": dict.fromkeys(("absent", "pending", "approved", "denied")),
}
STATES = ("absent", "pending", "approved", "denied")


def tables() -> list[list[list[str]]]:
    """Return the page's tables, cell by cell, without their rules."""
    found = re.findall(r"(?:^\|.*\|\n)+", PAGE, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "---" not in line]
        for table in found
    ]


def documented() -> dict[tuple[str, str], str]:
    """Return the act by (wanted, on Zoom)."""
    head, *rows = tables()[0]
    return {(row[0], state): act for row in rows for state, act in zip(head[1:], row[1:], strict=True)}


def requests_of(act: str) -> Counter[str]:
    """Return the requests that the page says ``act`` takes."""
    if act == "–":
        return Counter()
    line = next(row for row in tables()[1] if row[0] == act)[1]
    return Counter({request: 3 if times else 1 for request, times in re.findall(r"`(.*?)`( three times)?", line)})


def allowance_of(act: str) -> str:
    line = next((row for row in tables()[1] if row[0] == act), ["", "", "", "none"])[3]
    if "registrations" in line:
        return Allowance.What.REGISTRANT_ADDS
    return Allowance.What.REGISTRANT_STATUS if "status" in line else ""


def put_on_zoom(desk: Desk, state: str) -> str:
    """Bring the learner into ``state`` on Zoom, as its host would; return their id there."""
    if state == "absent":
        return ""
    known = desk.on_zoom.add(desk.number, {"email": LEARNER, "first_name": "Learner"}, auto_approve=state != "pending")
    them = [{"id": known.registrant_id, "email": LEARNER}]
    if desk.meeting.kind == "webinar" and state != "pending":
        desk.on_zoom.set_status(desk.number, "approve", them)
    if state == "denied":
        desk.on_zoom.set_status(desk.number, "cancel", them)
    return known.registrant_id


def row_of(desk: Desk, wanted: str, actual: str, registrant_id: str) -> Registrant:
    """Put the learner into the ledger as the product would know them, due now."""
    desk.register(LEARNER)
    row = desk.row(LEARNER)
    link = ""
    if actual == "approved":
        link = desk.on_zoom.get(desk.number, registrant_id).join_url
    row.wanted, row.actual, row.registrant_id, row.due_at = wanted, actual, registrant_id, clock.now()
    if link:
        encryption.encrypt_field(row, "join_url", link)
    row.save()
    return row


def normalised(calls: Counter[str]) -> Counter[str]:
    """Return ``calls`` with ids replaced, as the page writes them."""
    found: Counter[str] = Counter()
    for call, number in calls.items():
        found[re.sub(r"(DELETE registrants|GET registrants)/(?!questions).+", r"\1/{id}", call)] += number
    return found


@pytest.mark.parametrize("actual", STATES)
@pytest.mark.parametrize("wanted", AFTER)
def test_each_pair_takes_the_documented_request_and_allowance(everything: School, wanted: str, actual: str):
    desk = open_desk(everything)
    row_of(desk, wanted, actual, put_on_zoom(desk, actual))
    desk.forget_calls()

    desk.work()

    act = documented()[wanted, actual]
    assert normalised(desk.calls()) == requests_of(act)
    assert desk.statuses().get(LEARNER) == AFTER[wanted][actual]
    assert dict(Allowance.objects.values_list("what", "used")) == ({allowance_of(act): 1} if allowance_of(act) else {})
    assert desk.row(LEARNER).due_at is None
    assert desk.row(LEARNER).doubt_since is None


@pytest.mark.parametrize("truth", STATES)
@pytest.mark.parametrize("wanted", AFTER)
def test_who_is_unknown_is_looked_up_first_and_then_goes_by_what_zoom_says(everything: School, wanted: str, truth: str):
    desk = open_desk(everything)
    registrant_id = put_on_zoom(desk, truth)
    row_of(desk, wanted, "absent", "")
    Registrant.objects.update(actual="unknown", registrant_id=registrant_id if wanted == "deleted" else "")
    desk.forget_calls()

    desk.work()

    assert documented()[wanted, "unknown"] == "look"
    following = documented()[wanted, truth]
    if wanted == "deleted" and registrant_id:
        # Whose id is known is deleted without a look: Zoom says itself when there is nobody.
        assert normalised(desk.calls()) == requests_of("delete")
    else:
        assert normalised(desk.calls()) == requests_of("look") + requests_of(following)
    assert desk.statuses().get(LEARNER) == AFTER[wanted][truth]


def test_the_page_has_a_cell_for_every_pair():
    assert set(documented()) == {(wanted, actual) for wanted in AFTER for actual in (*STATES, "unknown")}
    assert set(AFTER) == set(Registrant.Wanted.values)
    assert {*STATES, "unknown"} == set(Registrant.Actual.values)


def test_one_person_for_a_webinar_is_added_then_approved_then_read(academy: School):
    desk = open_desk(academy, kind="webinar")
    desk.register(LEARNER)

    desk.work()

    assert [each["method"] for each in desk.requests()] == ["POST", "PUT", "GET"]
    assert desk.statuses() == {LEARNER: "approved"}
    assert desk.row(LEARNER).join_url
