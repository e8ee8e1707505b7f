"""Two schools with people, pages and permissions, and nothing of Zoom: that is what the story adds."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import GroupPagePermission, GroupSitePermission, Page, Site
from wagtail_lms.models import CourseEnrollment, CoursePage

from example_site.demo.people import PASSWORD, PEOPLE, Person
from wagtail_zoom.services.installation import clone_guard
from wagtail_zoom.services.permissions import Right

from .models import HomePage


@transaction.atomic
def fill(port: int) -> None:
    """Make the two schools anew on ``port``; whatever pages and people were there before are gone.

    The Zoom package's own rows are emptied too, since a practice Zoom forgets everything when it ends.
    """
    _empty()
    # One hash for all: making twenty takes seconds, and the password is printed on the terminal anyway.
    hashed = make_password(PASSWORD)
    for person in PEOPLE:
        _make_person(person, hashed)
    root = Page.get_first_root_node()
    school = _school(root)
    academy = _academy(root)
    school_site = Site.objects.create(
        hostname="localhost", port=port, root_page=school, site_name="The School", is_default_site=True
    )
    academy_site = Site.objects.create(hostname="127.0.0.1", port=port, root_page=academy, site_name="The Academy")
    _permit("School administrators", school, school_site, "change")
    _permit("School teachers", school, school_site, Right.MANAGE_ATTENDANCE)
    _permit("Academy administrators", academy, academy_site, "change")
    _permit("Academy lecturers", academy, academy_site, Right.MANAGE_REGISTRANTS, Right.MANAGE_ATTENDANCE)
    Site.clear_site_root_paths_cache()
    # A demo begins with other ports and keys than the one before in the same database, and is at home all the same.
    clone_guard.confirm_move()


def _empty() -> None:
    for model in apps.get_app_config("wagtail_zoom").get_models():
        # What the installation remembers of itself stays: it is not of Zoom.
        if not issubclass(model, Page) and model.__name__ != "Installation":
            model._base_manager.all().delete()
    CourseEnrollment.objects.all().delete()
    Site.objects.all().delete()
    for page in Page.objects.filter(depth=2):
        page.specific.delete()
    get_user_model().objects.all().delete()
    Group.objects.all().delete()
    for model in apps.get_app_config("django_tasks_database").get_models():
        model._base_manager.all().delete()


def _make_person(person: Person, hashed: str) -> None:
    user = get_user_model().objects.create(
        username=person.username,
        email=person.email,
        password=hashed,
        first_name=person.first_name,
        last_name=person.last_name,
        is_superuser=person.is_superuser,
        is_staff=person.is_superuser,
    )
    if person.group:
        group, is_new = Group.objects.get_or_create(name=person.group)
        if is_new:
            group.permissions.add(Permission.objects.get(codename="access_admin"))
        user.groups.add(group)


def _permit(group_name: str, root: Page, site: Site, *rights: str) -> None:
    """Let a group write and publish below ``root``, and have ``rights`` about Zoom in ``site``."""
    group = Group.objects.get(name=group_name)
    for codename in ("add_page", "change_page", "publish_page"):
        GroupPagePermission.objects.create(group=group, page=root, permission=_permission("wagtailcore", codename))
    for right in rights:
        permission = _permission("wagtail_zoom", f"{right}_zoomsettings")
        GroupSitePermission.objects.create(group=group, site=site, permission=permission)


def _permission(app_label: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


def _published(parent: Page, page: Page) -> Page:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _school(root: Page) -> Page:
    return _published(
        root,
        HomePage(
            title="The School",
            slug="school",
            tagline="Small classes, live.",
            introduction="<p>Evening classes in mathematics and languages, taught live by teachers who know your name. "
            "Every class is a meeting: press <b>Join</b> on its page, and you are there.</p>",
        ),
    )


def _academy(root: Page) -> Page:
    academy = _published(
        root,
        HomePage(
            title="The Academy",
            slug="academy",
            tagline="Courses for people at work.",
            introduction="<p>Certified courses with lessons to read and lectures to attend. "
            "Enrol in a course, and your seat in its lectures is kept.</p>",
        ),
    )
    _published(
        academy,
        CoursePage(
            title="Data for Decisions",
            slug="data-for-decisions",
            description="<p>How to ask a question of numbers, and when to believe the answer. "
            "Four weeks, one live lecture a week, open to questions.</p>",
        ),
    )
    return academy
