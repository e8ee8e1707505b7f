"""``check_zoom``: what operators are told, and when it exits with 1."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from wagtail.models import Site

from tests.conftest import Clocks
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.models import App, Heartbeat, Meeting
from wagtail_zoom.services.connections import zoom_apps
from wagtail_zoom.services.installation import heartbeats


pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_zoom", *arguments, stdout=out, no_color=True)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def report(*arguments: str) -> tuple[int, dict[str, Any]]:
    code, out = run("--json", *arguments)
    return code, json.loads(out)


@pytest.fixture(autouse=True)
def cron(db: None) -> None:
    """Let ``sync_zoom`` have run a moment ago."""
    heartbeats.beat(Heartbeat.SYNC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (59, "less than 1 min"),
        (60, "1 min"),
        (934, "15 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_what_is_overdue_is_told_in_the_unit_of_a_person(school: School, seconds: int, told: str) -> None:
    meeting = Meeting.objects.create(site=school.site, due_at=clock.now() - dt.timedelta(seconds=seconds + 0.5))
    _code, said = run("--offline")
    assert f"Oldest overdue: meeting {meeting.pk}, for {told}\n" in said


def test_a_fresh_installation_is_well(space: Site) -> None:
    code, found = report()
    assert (code, found["ok"], found["spaces"][0]["status"]) == (0, True, "incomplete")


def test_connected_spaces_are_well_and_say_what_works(school: School, academy: School) -> None:
    code, found = report()
    assert (code, found["ok"]) == (0, True)
    by_status = {space["space"]: space for space in found["spaces"]}
    academy_report = by_status["Academy"]
    assert (academy_report["status"], academy_report["hosts"]) == ("connected", 2)
    (connection,) = academy_report["connections"]
    assert connection["works"]
    features = {line["name"]: line for line in connection["features"]}
    assert features["reports"]["likely"]
    assert features["create"]["missing"] == ["meeting:write:meeting:admin"]


def test_the_plain_report_names_spaces_scopes_and_the_practice(academy: School) -> None:
    code, out = run()
    assert code == 0
    assert "Practice Zoom: no real meetings" in out
    assert "Academy" in out
    assert "create (meeting:write:meeting:admin)" in out
    assert "All is well." in out


def test_a_wrong_secret_exits_with_1(academy: School) -> None:
    zoom_apps.save_app(
        site=academy.site,
        kind=App.Kind.SERVER,
        client_id=academy.app.client_id,
        client_secret="wrong",
        account_id=academy.account_id,
    )
    code, found = report()
    assert (code, found["ok"]) == (1, False)
    assert any("client secret" in problem for space in found["spaces"] for problem in space["problems"])


def test_a_grant_that_was_taken_back_exits_with_1(school: School) -> None:
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    code, found = report()
    assert code == 1
    assert [connection["works"] for connection in found["spaces"][0]["connections"]].count(False) == 1


def test_offline_asks_zoom_nothing(school: School) -> None:
    school.simulator.revoke_grant(school.app.client_id, school.zoom_users[0]["id"])
    school.simulator.clear_requests()
    assert report("--offline")[0] == 0
    assert school.simulator.requests() == []


def test_no_secret_is_in_the_report(academy: School) -> None:
    _code, out = run("--json")
    assert academy.credentials["client_secret"] not in out
    assert "sealed:" not in out


def test_cron_that_does_not_run_exits_with_1_where_zoom_is_used(school: School, clocks: Clocks) -> None:
    clocks.advance(minutes=16)
    code, found = report("--offline")
    assert code == 1
    assert "sync_zoom" in found["problems"][0]


def test_missing_keys_exit_with_1(space: Site, settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {}
    code, found = report()
    assert (code, found["has_keys"]) == (1, False)


def test_the_oldest_waiting_row_is_named_with_its_age(school: School, clocks: Clocks) -> None:
    meeting = Meeting.objects.create(kind="meeting", site=school.site, due_at=clock.now())
    clocks.advance(minutes=5)
    heartbeats.beat(Heartbeat.SYNC)
    code, found = report("--offline")
    waiting = found["spaces"][0]["waiting"]
    assert (code, waiting["what"], waiting["id"]) == (0, "meeting", meeting.pk)
    assert waiting["seconds"] == pytest.approx(300, abs=30)
    clocks.advance(minutes=11)
    heartbeats.beat(Heartbeat.SYNC)
    assert report("--offline")[0] == 1
