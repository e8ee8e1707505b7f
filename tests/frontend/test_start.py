from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.frontend.lessons import START, give_meeting, make_lesson
from tests.lessons.models import FolderPage
from tests.schools import make_user
from wagtail_zoom.models import Connection, JoinClick, Meeting
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption
from wagtail_zoom.services.connections import clients


@pytest.fixture(autouse=True)
def _at_the_start(clocks):
    clocks.set(START)


def start_path(page):
    return reverse("wagtail_zoom:start", args=[page.pk])


def browser_of(person, site, **options):
    browser = Client(headers={"host": site.hostname}, **options)
    browser.force_login(person)
    return browser


def lesson_in(place, name):
    """Make a lesson in ``place`` (a `School`) with a meeting that exists in the simulator, hosted by ``name``."""
    folder = place.site.root_page.add_child(instance=FolderPage(title="Course"))
    page = make_lesson(folder, audience=Audience.ENROLLED)
    host = place.hosts[name]
    with clients.client_for(host.connection) as zoom:
        number = _created(place, zoom, host)
    meeting = give_meeting(
        page,
        host=host,
        zoom_id=number.id,
        join_url=number.join_url,
        account_key=host.connection.app.account_key,
        zoom_host_id=number.host_id,
    )
    return page, meeting


def _created(place, zoom, host):
    body = {"topic": "Fractions", "type": 2, "start_time": START.strftime("%Y-%m-%dT%H:%M:%SZ"), "duration": 60}
    return zoom.meetings.create(host.zoom_ref, body)


@pytest.fixture
def lesson(school):
    return lesson_in(school, "teacher.one")[0]


@pytest.fixture
def host(school):
    return browser_of(school.people["teacher.one"], school.site)


def test_the_host_starts_with_the_bare_scopes_of_a_school(school, lesson, host):
    response = host.post(start_path(lesson))

    assert response.status_code == 303
    address = urlsplit(response["Location"])
    meeting = Meeting.objects.get()
    assert address.path == f"/s/{meeting.zoom_id}"
    assert address.netloc == urlsplit(school.simulator.base_url).netloc
    assert parse_qs(address.query)["zak"][0]


def test_the_hosts_token_goes_to_no_address_but_zooms(school, lesson, host):
    meeting = lesson.zoom_link.meeting
    for link in (
        "https://evil.example/j/1",
        "http://zoom.us/j/1",
        "https://zoom.us:8443/j/1",
        "https://user@zoom.us/j/1",
    ):
        encryption.encrypt_field(meeting, "join_url", link)
        meeting.save(update_fields=["join_url"])
        answer = host.post(start_path(lesson))
        assert "Location" not in answer
    assert not [
        call for call in school.simulator.requests() if call["path"].endswith("/token") and "users" in call["path"]
    ]


def test_where_the_meeting_may_be_read_its_own_start_link_is_taken(everything):
    page, meeting = lesson_in(everything, "host.one")
    everything.simulator.clear_requests()

    response = browser_of(everything.people["host.one"], everything.site).post(start_path(page))

    assert f"/s/{meeting.zoom_id}?zak=" in response["Location"]
    assert [request["path"] for request in everything.simulator.requests()] == [f"/v2/meetings/{meeting.zoom_id}"]


def test_the_start_link_goes_nowhere_but_to_the_host(school, lesson, host, caplog, settings):
    caplog.set_level(logging.DEBUG)

    zak = parse_qs(urlsplit(host.post(start_path(lesson))["Location"]).query)["zak"][0]

    assert zak not in caplog.text
    for model in (Meeting, Connection, JoinClick):
        for row in model.objects.values():
            assert zak not in str(row)


def test_the_answer_is_neither_cached_nor_told_to_others(lesson, host):
    response = host.post(start_path(lesson))

    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_start_is_kept_as_one(school, lesson, host):
    host.post(start_path(lesson))

    click = JoinClick.objects.get()
    assert (click.what, click.user) == (JoinClick.What.START, school.people["teacher.one"])


def test_a_new_link_is_fetched_at_every_click(school, lesson, host):
    school.simulator.clear_requests()

    host.post(start_path(lesson))
    host.post(start_path(lesson))

    assert [request["path"] for request in school.simulator.requests()] == ["/v2/users/me/token"] * 2


# Nobody else


def nothing_was_asked(school):
    return school.simulator.requests() == []


@pytest.mark.parametrize("name", ["teacher.two", "learner.one"])
def test_nobody_but_the_host_starts_and_zoom_is_not_even_asked(school, lesson, name):
    person = school.people.get(name) or make_user(name)
    school.simulator.clear_requests()

    response = browser_of(person, school.site).post(start_path(lesson))

    assert response.status_code == 403
    assert "Only the host of this lesson can start it" in response.content.decode()
    assert nothing_was_asked(school)


def test_an_address_changed_to_the_hosts_starts_nothing(school, lesson):
    school.simulator.clear_requests()
    thief = make_user("learner.one", email="teacher.one@school.example")

    assert browser_of(thief, school.site).post(start_path(lesson)).status_code == 403
    assert nothing_was_asked(school)


def test_an_administrator_is_not_the_host(school, lesson):
    root = make_user("root", is_superuser=True, is_staff=True)

    assert browser_of(root, school.site).post(start_path(lesson)).status_code == 403


def test_a_stranger_is_sent_to_the_login_and_from_there_to_join(school, lesson):
    response = Client(headers={"host": school.site.hostname}).post(start_path(lesson))

    assert response["Location"] == f"/admin/login/?next=/zoom/lessons/{lesson.pk}/join/"


def test_a_host_who_was_dismissed_starts_nothing(school, lesson, host):
    school.hosts["teacher.one"].is_active = False
    school.hosts["teacher.one"].save()

    assert host.post(start_path(lesson)).status_code == 403


def test_a_linked_meeting_of_another_zoom_user_is_not_started_by_whoever_linked_it(school, host):
    page, meeting = lesson_in(school, "teacher.one")
    school.hosts["teacher.one"].zoom_user_id = "mine"
    school.hosts["teacher.one"].save()
    Meeting.objects.filter(pk=meeting.pk).update(zoom_host_id="somebody-elses")

    assert host.post(start_path(page)).status_code == 403


# Only by pressing


def test_a_get_starts_nothing_and_shows_the_button(school, lesson, host):
    school.simulator.clear_requests()

    response = host.get(start_path(lesson))

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "Start the lesson" in response.content.decode()
    assert nothing_was_asked(school)


@pytest.mark.parametrize("method", ["head", "put", "delete", "patch"])
def test_no_other_method_starts(school, lesson, host, method):
    school.simulator.clear_requests()

    assert getattr(host, method)(start_path(lesson)).status_code == 405
    assert nothing_was_asked(school)


def test_another_sites_form_starts_nothing(school, lesson):
    school.simulator.clear_requests()
    browser = browser_of(school.people["teacher.one"], school.site, enforce_csrf_checks=True)

    assert browser.post(start_path(lesson)).status_code == 403
    assert nothing_was_asked(school)


def test_another_sites_form_starts_nothing_where_the_site_has_no_csrf_middleware(school, lesson, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    browser = browser_of(school.people["teacher.one"], school.site, enforce_csrf_checks=True)

    assert browser.post(start_path(lesson)).status_code == 403


def test_the_token_of_the_state_is_the_one_that_start_takes(school, lesson):
    browser = browser_of(school.people["teacher.one"], school.site, enforce_csrf_checks=True)
    start = browser.get(reverse("wagtail_zoom:state", args=[lesson.pk])).json()["start"]

    response = browser.post(start["address"], {"csrfmiddlewaretoken": start["token"]})

    assert response.status_code == 303


def test_fetching_ahead_starts_nothing(school, lesson, host):
    school.simulator.clear_requests()

    assert host.post(start_path(lesson), headers={"sec-purpose": "prefetch"}).status_code == 503
    assert nothing_was_asked(school)


# The page's doors


def test_a_lesson_behind_a_closed_door_is_not_started(school, lesson, host):
    restriction = PageViewRestriction.objects.create(page=lesson, restriction_type=PageViewRestriction.PASSWORD)
    assert 'name="password"' in host.post(start_path(lesson)).content.decode()

    restriction.delete()
    assert host.post(start_path(lesson)).status_code == 303


def test_an_unpublished_lesson_is_not_started(lesson, host):
    lesson.live = False
    lesson.save()

    assert host.post(start_path(lesson)).status_code == 404


@pytest.mark.parametrize("actual", [Meeting.Actual.ABSENT, Meeting.Actual.GONE, Meeting.Actual.CANCELLED])
def test_a_meeting_that_is_not_there_is_not_started(lesson, host, actual):
    Meeting.objects.update(actual=actual)

    assert host.post(start_path(lesson)).status_code == 403


# Zoom in trouble


def test_when_zoom_fails_the_host_reads_a_sentence_and_a_way_on(school, lesson, host, caplog):
    school.simulator.fault("GET", "/v2/users/me/token", "status", times=20, status=503)

    response = host.post(start_path(lesson))

    html = response.content.decode()
    assert response.status_code == 502
    assert "Zoom has a problem of its own just now." in html
    assert "Try again" in html
    assert f"/zoom/lessons/{lesson.pk}/join/?as-participant" in html
    assert not JoinClick.objects.exists()


def test_without_any_scope_the_host_reads_what_is_missing(school):
    page, _meeting = lesson_in(school, "teacher.one")
    school.simulator.patch_app(school.credentials["client_id"], scopes=["meeting:write:meeting"])
    connection = school.hosts["teacher.one"].connection
    Connection.objects.filter(pk=connection.pk).update(expires_at=START)

    response = browser_of(school.people["teacher.one"], school.site).post(start_path(page))

    assert response.status_code == 502
    assert "not allowed to do this" in response.content.decode()


def test_a_grant_that_was_revoked_ends_in_a_sentence(school, lesson, host):
    connection = school.hosts["teacher.one"].connection
    school.simulator.revoke_grant(client_id=school.credentials["client_id"], user_id=school.zoom_users[0]["id"])

    response = host.post(start_path(lesson))

    assert response.status_code == 502
    assert "Connect to Zoom again" in response.content.decode()
    assert Connection.objects.get(pk=connection.pk).status == Connection.Status.RECONNECT
