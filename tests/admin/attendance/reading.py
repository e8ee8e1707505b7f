"""What the tests of the attendance screens have in common."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook
from wagtail.models import GroupSitePermission, Site

from wagtail_zoom.services.permissions import Right


def client_of(user: Any) -> Client:
    """Return a browser in which ``user`` is logged in."""
    client = Client()
    client.force_login(user)
    return client


def give(user: Any, site: Site, right: Right) -> Any:
    """Give ``user`` a right in ``site`` through a group, as the group form does."""
    group = Group.objects.create(name=f"{right} in {site.pk}")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    GroupSitePermission.objects.create(
        group=group, site=site, permission=Permission.objects.get(codename=right.codename)
    )
    user.groups.add(group)
    return user


def lines_of(answer: HttpResponse, form: str) -> list[list[str]]:
    """Return the cells of an exported file, and fail where one of them is a formula."""
    content = b"".join(answer.streaming_content)
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode())))
    sheet = load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
