"""Who hosts a linked meeting is whom Zoom names: found among the space's hosts by identity, never by an LMS address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schools import School
from wagtail_zoom.models import Host, LessonPage
from wagtail_zoom.services.access import start_link


@pytest.fixture
def webinar(academy: School, planned: Callable[..., int]) -> int:
    return planned(academy, "lecturer.one@academy.example")


@pytest.fixture
def planned(practice: Any) -> Callable[..., int]:
    """Return a function that plans a webinar on Zoom's own side, and returns its number."""
    import requests

    from tests.schools import EVERY_SCOPE

    def plan(school: School, host: str) -> int:
        office = practice.add_app(school.account_id, "server_to_server", scopes=EVERY_SCOPE)
        token = requests.post(
            f"{practice.oauth_url}/token",
            data={"grant_type": "account_credentials", "account_id": school.account_id},
            auth=(office["client_id"], office["client_secret"]),
            timeout=60,
        ).json()["access_token"]
        answer = requests.post(
            f"{practice.api_url}/users/{host}/webinars",
            headers={"Authorization": f"Bearer {token}"},
            json={"topic": "Existing", "type": 5, "start_time": "2026-11-24T09:00:00Z", "duration": 60},
            timeout=60,
        )
        return int(answer.json()["id"])

    return plan


@pytest.fixture
def lesson(academy: School, webinar: int, lesson_in: Any, publish: Any) -> LessonPage:
    return publish(lesson_in(academy, zoom_kind="existing", zoom_number=webinar))


def test_the_mapped_person_whom_zoom_names_may_start_and_nobody_else(academy, lesson):
    assert start_link.may_start(lesson, academy.people["lecturer.one"])
    assert not start_link.may_start(lesson, academy.people["lecturer.two"])
    assert lesson.zoom_link.meeting.host == academy.hosts["lecturer.one"]


def test_an_lms_address_equal_to_the_hosts_makes_nobody_the_host(academy, webinar, lesson_in, publish):
    thief = academy.people["lecturer.two"]
    type(thief).objects.filter(pk=thief.pk).update(email="lecturer.one@academy.example")
    Host.objects.filter(pk=academy.hosts["lecturer.one"].pk).update(is_active=False)
    lesson = publish(lesson_in(academy, zoom_kind="existing", zoom_number=webinar))
    thief.refresh_from_db()
    assert not start_link.may_start(lesson, thief)
    assert lesson.zoom_link.meeting.host is None


def test_a_known_zoom_id_wins_over_the_address_in_a_mapping(academy, webinar, lesson_in, publish):
    Host.objects.filter(pk=academy.hosts["lecturer.one"].pk).update(zoom_user_id="somebody-else-by-now")
    lesson = publish(lesson_in(academy, zoom_kind="existing", zoom_number=webinar))
    assert lesson.zoom_link.meeting.host is None
