"""A host is an identity: made by a person's own authorisation or an administrator's word, never by an e-mail address."""

from __future__ import annotations

import pytest
from wagtail.models import Page, Site

from tests import schools
from tests.lessons.models import ClassPage
from tests.schools import School
from wagtail_zoom.exceptions import ZoomTransportError
from wagtail_zoom.models import App, Connection, Host, ZoomSettings
from wagtail_zoom.services.connections import connections, hosts, zoom_apps
from wagtail_zoom.services.connections.hosts import HostRefused


pytestmark = pytest.mark.django_db


def make_lesson(site: Site, **fields: object) -> ClassPage:
    parent = Page.objects.get(pk=site.root_page_id)
    return parent.add_child(instance=ClassPage(title="Lesson", slug=f"lesson-{Page.objects.count()}", **fields))


def test_hosts_with_a_usable_connection_come_first(school: School) -> None:
    first, second = school.hosts["teacher.one"], school.hosts["teacher.two"]
    Connection.objects.filter(pk=first.connection_id).update(status=Connection.Status.RECONNECT)
    assert list(hosts.hosts_of(school.site)) == [second, first]


def test_spaces_do_not_see_each_others_hosts(school: School, academy: School) -> None:
    assert set(hosts.hosts_of(school.site)) == set(school.hosts.values())
    assert set(hosts.hosts_of(academy.site)) == set(academy.hosts.values())
    assert hosts.host_of(school.people["teacher.one"], academy.site) is None


def test_an_email_address_makes_nobody_a_host(school: School, academy: School) -> None:
    thief = schools.make_editor("thief", academy.site.root_page)
    for victim in (*school.people.values(), *academy.people.values()):
        thief.email = victim.email
        thief.save()
        assert hosts.host_of(thief, academy.site) is None
        assert hosts.host_of(thief, school.site) is None
    assert not any(hosts.may_schedule_as(thief, host) for host in academy.hosts.values())


def test_a_changed_email_address_changes_no_host(academy: School) -> None:
    lecturer = academy.people["lecturer.one"]
    lecturer.email = "somebody.else@school.example"
    lecturer.save()
    assert hosts.host_of(lecturer, academy.site) == academy.hosts["lecturer.one"]


def test_who_is_deactivated_or_deleted_hosts_no_more(school: School) -> None:
    one, two = school.people["teacher.one"], school.people["teacher.two"]
    one.is_active = False
    one.save()
    two.delete()
    assert list(hosts.hosts_of(school.site)) == []


def test_taking_the_spaces_app_away_takes_its_hosts_and_brings_them_back(school: School) -> None:
    zoom_apps.detach_app(school.site, App.Kind.GENERAL)
    assert not hosts.hosts_of(school.site).exists()
    zoom_apps.save_app(
        site=school.site,
        kind=App.Kind.GENERAL,
        client_id=school.app.client_id,
        client_secret=school.credentials["client_secret"],
    )
    assert hosts.hosts_of(school.site).count() == 2


def test_a_school_that_forbids_its_app_has_no_hosts_through_it(school: School) -> None:
    ZoomSettings.objects.filter(site=school.site).update(space_app_allowed=False)
    assert not hosts.hosts_of(school.site).exists()


def test_a_lesson_is_hosted_by_its_owner_unless_another_host_was_chosen(school: School) -> None:
    lesson = make_lesson(school.site, owner=school.people["teacher.one"])
    assert hosts.host_for_lesson(lesson) == school.hosts["teacher.one"]
    lesson.zoom_host = school.hosts["teacher.two"]
    assert hosts.host_for_lesson(lesson) == school.hosts["teacher.two"]


def test_a_host_of_another_space_is_not_taken_for_a_lesson(school: School, academy: School) -> None:
    lesson = make_lesson(school.site, owner=school.people["teacher.one"], zoom_host=academy.hosts["lecturer.one"])
    assert hosts.host_for_lesson(lesson) == school.hosts["teacher.one"]


def test_a_lesson_of_nobody_in_particular_has_no_host(school: School) -> None:
    assert hosts.host_for_lesson(make_lesson(school.site)) is None


def test_who_may_create_lessons_in_whose_name(academy: School) -> None:
    host = academy.hosts["lecturer.one"]
    assert hosts.may_schedule_as(academy.people["lecturer.one"], host)
    assert not hosts.may_schedule_as(academy.people["lecturer.two"], host)
    assert hosts.may_schedule_as(academy.people["administrator"], host)
    host.editors_may_schedule = True
    assert hosts.may_schedule_as(academy.people["lecturer.two"], host)
    assert not hosts.may_schedule_as(schools.make_user("learner.one"), host)


def test_an_administrator_does_not_schedule_in_the_name_of_a_teachers_own_account(school: School) -> None:
    administrator = schools.make_administrator("administrator", school.site)
    assert not hosts.may_schedule_as(administrator, school.hosts["teacher.one"])


def map_one(found: School, zoom_ref: str, **more: object) -> Host:
    fields = {
        "site": found.site,
        "connection": found.connection,
        "user": found.people["lecturer.one"],
        "by": found.people["administrator"],
        **more,
    }
    return hosts.map_host(zoom_ref=zoom_ref, **fields)


def test_mapping_is_checked_at_zoom_where_the_scopes_allow(everything: School) -> None:
    host = everything.hosts["host.one"]
    assert host.zoom_ref == host.zoom_user_id == everything.zoom_users[0]["id"]
    assert (host.name, host.zoom_user_type) == ("Host One", 2)
    assert host.checked_at is not None
    everything.people["lecturer.one"] = everything.people["host.one"]
    with pytest.raises(HostRefused) as refused:
        map_one(everything, "nobody@academy.example")
    assert "does not know this person" in str(refused.value.user_message)
    assert Host.objects.filter(site=everything.site).count() == 2


def test_where_the_scopes_hide_people_the_administrators_word_counts(academy: School) -> None:
    host = academy.hosts["lecturer.one"]
    assert host.zoom_ref == "lecturer.one@academy.example"
    assert host.checked_at is None


def test_mapping_the_same_zoom_user_again_moves_it_to_the_other_person(academy: School) -> None:
    again = map_one(academy, "Lecturer.Two@academy.example ")
    assert again == academy.hosts["lecturer.two"]
    assert again.user == academy.people["lecturer.one"]
    assert hosts.host_of(academy.people["lecturer.two"], academy.site) is None


def test_a_shared_zoom_user_belongs_to_nobody_in_particular(academy: School) -> None:
    host = map_one(academy, "classroom@academy.example", user=None, editors_may_schedule=True)
    assert host.user is None
    assert hosts.may_schedule_as(academy.people["lecturer.two"], host)
    assert host in hosts.hosts_of(academy.site)


@pytest.mark.parametrize("zoom_ref", ["", "  ", "me", "ME", "x" * 255])
def test_what_can_be_no_zoom_user_is_refused(academy: School, zoom_ref: str) -> None:
    with pytest.raises(HostRefused):
        map_one(academy, zoom_ref)


def test_only_an_administrator_of_this_space_maps(academy: School) -> None:
    elsewhere = schools.make_administrator("elsewhere", schools.make_space("other.example", "Other"))
    for person in (elsewhere, academy.people["lecturer.one"]):
        with pytest.raises(HostRefused):
            map_one(academy, "lecturer.one@academy.example", by=person)


def test_nobody_is_mapped_onto_a_teachers_own_connection(school: School, academy: School) -> None:
    with pytest.raises(HostRefused):
        map_one(academy, "teacher.two@school.example", connection=school.connection)


def test_zoom_out_of_reach_maps_nobody(everything: School) -> None:
    everything.simulator.fault("GET", "/users/", "reset_before", times=9)
    everything.people["lecturer.one"] = everything.people["host.one"]
    with pytest.raises(ZoomTransportError):
        map_one(everything, "host.one@academy.example")


def test_who_is_unmapped_hosts_no_more_and_can_be_mapped_again(academy: School) -> None:
    host = academy.hosts["lecturer.one"]
    hosts.unmap_host(host)
    assert hosts.host_of(academy.people["lecturer.one"], academy.site) is None
    assert map_one(academy, host.zoom_ref) == host


def test_an_account_connection_is_made_when_first_asked_for(academy: School, school: School) -> None:
    assert hosts.account_connection_of(academy.site) == connections.account_connection(academy.app)
    assert hosts.account_connection_of(school.site) is None
