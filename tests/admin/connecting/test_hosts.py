"""The hosts of a space, over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry, Site

from tests import schools
from tests.admin.connecting.conftest import Browser, said, shown
from tests.frontend.lessons import give_meeting, make_lesson
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.models import Host
from wagtail_zoom.services.connections import hosts


pytestmark = pytest.mark.django_db


def hosts_url(site: Site) -> str:
    return reverse("wagtail_zoom_admin:hosts", args=[site.pk])


def unmap_url(host: Host) -> str:
    return reverse("wagtail_zoom_admin:unmap_host", args=[host.site_id, host.pk])


def test_an_administrator_names_a_host(academy: School) -> None:
    administrator = Browser(academy.people["administrator"])
    lecturer = schools.make_editor("lecturer.three", academy.site.root_page)
    response = administrator.post(
        hosts_url(academy.site), {"user": lecturer.pk, "zoom_ref": "lecturer.three@academy.example"}
    )
    assert "first lesson will show" in said(response)
    host = hosts.host_of(lecturer, academy.site)
    assert host is not None
    assert (host.zoom_ref, host.editors_may_schedule) == ("lecturer.three@academy.example", False)
    entry = ModelLogEntry.objects.get(action="wagtail_zoom.host_mapped")
    assert (entry.user, entry.data["person"]) == (administrator.user, "Lecturer Three")


def test_where_zoom_can_be_asked_an_unknown_user_is_refused(everything: School) -> None:
    administrator = Browser(everything.people["administrator"])
    response = administrator.post(hosts_url(everything.site), {"user": "", "zoom_ref": "nobody@academy.example"})
    assert response.status_code == 200
    assert "does not know this person" in shown(response)
    known = administrator.post(hosts_url(everything.site), {"user": "", "zoom_ref": "host.two@academy.example"})
    assert "Zoom knows Host Two" in said(known)


def test_only_people_of_this_space_are_offered(academy: School) -> None:
    outsider = schools.make_editor("outsider", schools.make_space("other.example", "Other").root_page)
    administrator = Browser(academy.people["administrator"])
    assert "outsider" not in shown(administrator.get(hosts_url(academy.site)))
    response = administrator.post(
        hosts_url(academy.site), {"user": outsider.pk, "zoom_ref": "lecturer.one@academy.example"}
    )
    assert response.status_code == 200
    assert hosts.host_of(outsider, academy.site) is None


@pytest.mark.parametrize("typed", ["", "me"])
def test_what_is_no_zoom_user_is_said_beside_the_box(academy: School, typed: str) -> None:
    response = Browser(academy.people["administrator"]).post(hosts_url(academy.site), {"user": "", "zoom_ref": typed})
    assert response.status_code == 200
    assert Host.objects.filter(site=academy.site).count() == 2


def test_zoom_out_of_reach_is_said_and_names_nobody(everything: School) -> None:
    everything.simulator.fault("GET", "/users/", "reset_before", times=9)
    response = Browser(everything.people["administrator"]).post(
        hosts_url(everything.site), {"user": "", "zoom_ref": "classroom@academy.example"}
    )
    assert response.status_code == 200
    assert "Zoom could not be reached" in shown(response)


def test_a_host_is_removed_and_the_log_knows(academy: School) -> None:
    administrator, host = Browser(academy.people["administrator"]), academy.hosts["lecturer.one"]
    assert "hosts no more" in said(administrator.post(unmap_url(host)))
    assert hosts.host_of(academy.people["lecturer.one"], academy.site) is None
    assert ModelLogEntry.objects.filter(action="wagtail_zoom.host_unmapped", user=administrator.user).exists()


def test_a_teachers_own_connection_is_not_an_administrators_to_remove(school: School) -> None:
    administrator = Browser(schools.make_administrator("administrator", school.site))
    assert administrator.post(unmap_url(school.hosts["teacher.one"])).status_code == 404
    page = shown(administrator.get(hosts_url(school.site)))
    assert "Teacher One" in page
    assert "has no Server-to-Server app" in page


def test_nobody_maps_hosts_in_a_space_without_an_account(school: School) -> None:
    administrator = Browser(schools.make_administrator("administrator", school.site))
    response = administrator.post(hosts_url(school.site), {"user": "", "zoom_ref": "teacher.one@school.example"})
    assert "Server-to-Server app first" in said(response)
    assert Host.objects.filter(site=school.site, origin="mapped").count() == 0


def people_without_the_right(academy: School) -> list[Any]:
    elsewhere = schools.make_space("other.example", "Other")
    return [academy.people["lecturer.one"], schools.make_administrator("elsewhere", elsewhere)]


def test_who_does_not_manage_this_space_sees_and_changes_nothing(academy: School) -> None:
    host = academy.hosts["lecturer.two"]
    for person in people_without_the_right(academy):
        browser = Browser(person)
        for response in (
            browser.get(hosts_url(academy.site)),
            browser.post(hosts_url(academy.site), {"user": person.pk, "zoom_ref": host.zoom_ref}),
            browser.post(unmap_url(host)),
        ):
            assert response.status_code in (302, 403)
            assert "do not have permission" in said(response)
    host.refresh_from_db()
    assert (host.is_active, host.user) == (True, academy.people["lecturer.two"])


def test_a_host_of_another_space_is_not_removed_through_ones_own(academy: School, space: Site) -> None:
    administrator = Browser(schools.make_administrator("stranger", space))
    host = academy.hosts["lecturer.one"]
    address = reverse("wagtail_zoom_admin:unmap_host", args=[space.pk, host.pk])
    assert administrator.post(address).status_code == 404
    host.refresh_from_db()
    assert host.is_active


def test_removing_is_asked_about_first_with_the_lessons_that_have_this_host(academy: School) -> None:
    administrator, host = Browser(academy.people["administrator"]), academy.hosts["lecturer.one"]
    starts_at = clock.now() + dt.timedelta(days=1)
    lesson = make_lesson(academy.site.root_page)
    give_meeting(lesson, host=host, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))

    asked = shown(administrator.get(unmap_url(host)))

    assert "1 coming lesson has this host." in asked
    assert reverse("wagtail_zoom_admin:hand_over", args=[academy.site.pk]) in asked
    host.refresh_from_db()
    assert host.is_active
    assert unmap_url(host) in shown(administrator.get(hosts_url(academy.site)))
