"""The same work with other packages from PyPI, used as their documentation shows, against the same simulator.

They are clients only: they keep no rows, so they ask no database, and whoever uses them writes the rest. What a package
has no call for is not measured, and said.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.measuring import Measured, measured


#: How many people Zoom takes in one change of status, and how many it shows on a page.
CHUNK = 30
PAGE = 300
STATUSES = ("approved", "pending", "denied")


class Zoomus:
    """zoomus: one method for each operation, whose keywords go to Zoom as they are; base address and OAuth are arguments."""

    name = "zoomus"
    module = "zoomus"
    cannot: tuple[str, ...] = ()

    def __init__(self, desk: Any, app: dict[str, Any]) -> None:
        zoomus = importlib.import_module(self.module)
        simulator = desk.school.simulator
        client = zoomus.ZoomClient(
            app["client_id"],
            app["client_secret"],
            desk.school.account_id,
            base_uri=simulator.api_url,
            oauth_uri=f"{simulator.oauth_url}/token",
        )
        self._meetings, self._webinars = client.meeting, client.webinar

    def register(self, number: int, emails: Sequence[str]) -> list[dict[str, str]]:
        """Add one by one; Zoom's ``auto_approve`` is a keyword like any other."""
        people = []
        for email in emails:
            answer = self._meetings.add_registrant(
                id=number, email=email, first_name="Learner", last_name="One", auto_approve=True
            )
            answer.raise_for_status()
            people.append({"id": answer.json()["registrant_id"], "email": email})
        return people

    def read_back(self, number: int) -> int:
        """Turn the pages of the three lists by hand, as many people a page as Zoom gives."""
        found = 0
        for status in STATUSES:
            wish = {"id": number, "status": status, "page_size": PAGE}
            while True:
                answer = self._webinars.get_registrants(**wish)
                answer.raise_for_status()
                said = answer.json()
                found += len(said["registrants"])
                if not said.get("next_page_token"):
                    break
                wish["next_page_token"] = said["next_page_token"]
        return found

    def cancel(self, number: int, people: list[dict[str, str]]) -> None:
        """Change the status of so many at a time as Zoom takes."""
        for start in range(0, len(people), CHUNK):
            chunk = people[start : start + CHUNK]
            answer = self._meetings.update_registrant_status(id=number, action="cancel", registrants=chunk)
            answer.raise_for_status()


class Pyzoom:
    """pyzoom: typed methods over a token that one brings; ``base_url`` is an argument."""

    name = "pyzoom"
    module = "pyzoom"
    cannot: tuple[str, ...] = ()

    def __init__(self, desk: Any, app: dict[str, Any]) -> None:
        from wagtail_zoom.api.oauth import OAuthClient

        pyzoom = importlib.import_module(self.module)
        simulator = desk.school.simulator
        with OAuthClient(simulator.oauth_url, allowed_hosts={"127.0.0.1"}) as oauth:
            grant = oauth.account_credentials(app["client_id"], app["client_secret"], desk.school.account_id)
        self._client = pyzoom.ZoomClient(grant.access_token, base_url=simulator.api_url)
        self._short = importlib.import_module("pyzoom.schemas").MeetingRegistrantShort

    def register(self, number: int, emails: Sequence[str]) -> list[dict[str, str]]:
        """Add and confirm one by one, which its documentation shows for meetings that are not open to everybody."""
        people = []
        for email in emails:
            told = self._client.meetings.add_and_confirm_registrant(
                number, first_name="Learner", last_name="One", email=email, **_UNSAID
            )
            people.append({"id": told.registrant_id, "email": email})
        return people

    def read_back(self, number: int) -> int:
        """Ask for all pages of the three lists.

        A wish is sent with the first page only, and Zoom refuses the token of a page without it. So the long list is
        asked for without any: approved people, as many a page as Zoom makes them by itself.
        """
        address = f"/webinars/{number}/registrants"
        lists = [
            self._client.raw.get_all_pages(address),
            *(self._client.raw.get_all_pages(address, query={"status": status}) for status in STATUSES[1:]),
        ]
        return sum(len(each["registrants"]) for each in lists)

    def cancel(self, number: int, people: list[dict[str, str]]) -> None:
        """Change the status of so many at a time as Zoom takes."""
        for start in range(0, len(people), CHUNK):
            chunk = [self._short(**person) for person in people[start : start + CHUNK]]
            self._client.meetings.update_meeting_registrant_status(number, action="cancel", registrants=chunk)


class ZoomPythonClient:
    """zoom-python-client: reads users, meetings, rooms and calendars, and sets live streams."""

    name = "zoom-python-client"
    module = "zoom_python_client.zoom_api_client"
    cannot = ("register", "read_back", "cancel")

    def __init__(self, desk: Any, app: dict[str, Any]) -> None:
        importlib.import_module(self.module)


#: What pyzoom would send as null, which the simulator refuses for a text.
_UNSAID = dict.fromkeys(
    ("address", "city", "country", "zip", "state", "phone", "industry", "org", "job_title", "comment"), ""
)

PEERS = (Zoomus, Pyzoom, ZoomPythonClient)


def work_of_peers(
    job: str, what: str, desks: dict[str, Any], work: Callable[[Any, Any], str], app: dict[str, Any]
) -> list[Measured]:
    """Let every peer do ``job`` at its desk; ``work`` does it and returns '' or what was left undone."""
    rows = []
    for peer in PEERS:
        name = f"· {peer.name}: {what}"
        if job in peer.cannot:
            rows.append(Measured(name, missing="has no call for registrants"))
            continue
        try:
            desk = desks[peer.name]
            client = peer(desk, app)
            with measured(name, desk.school.simulator) as found:
                left = work(client, desk)
        except ImportError:
            rows.append(Measured(name, missing="is not installed"))
        except Exception as trouble:
            rows.append(Measured(name, missing=f"failed: {type(trouble).__name__}"))
        else:
            found.queries, found.missing = None, left
            rows.append(found)
    return rows
