"""The lease's columns: one module writes them, and whoever lost a lease finds so."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

import wagtail_zoom
from tests.schools import School
from wagtail_zoom import clock
from wagtail_zoom.models import Connection
from wagtail_zoom.services.coordination import leases


PACKAGE = Path(wagtail_zoom.__file__).parent
COLUMNS = {"lease_owner", "lease_until"}
#: Calls that only read what they are given columns for.
READING = {"filter", "exclude", "Q", "get", "refresh_from_db"}


def written_in(source: str) -> list[int]:
    """Return the lines on which ``source`` could write one of the columns: by keyword, by assignment, or by name."""
    return sorted({node.lineno for node in _writes(ast.parse(source))})


def _writes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in READING:
            if isinstance(node.func, ast.Attribute):
                yield from _writes(node.func)
            return
        yield from (each.value for each in node.keywords if each.arg in COLUMNS)
    if isinstance(node, ast.Attribute) and node.attr in COLUMNS and isinstance(node.ctx, ast.Store):
        yield node
    if isinstance(node, ast.Constant) and node.value in COLUMNS:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _writes(child)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("rows.filter(pk=1).update(lease_owner='')", [1]),
        ("rows.filter(lease_owner='').update(a=1)", []),
        ("row.lease_until = None", [1]),
        ("values = {**values,\n 'lease_owner': ''}", [2]),
        ("rows.bulk_update(found, ['lease_until'])", [1]),
        ("row.refresh_from_db(fields=['lease_owner'])", []),
        ("Q(lease_until__lt=now) | Q(lease_owner='')", []),
        ("print(row.lease_owner)", []),
    ],
)
def test_a_write_of_the_lease_is_recognised(source: str, lines: list[int]) -> None:
    assert written_in(source) == lines


def test_one_module_alone_writes_the_lease() -> None:
    writing = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts and (lines := written_in(path.read_text(encoding="utf-8")))
    }
    assert writing.keys() == {"services/coordination/leases.py"}


@pytest.mark.django_db
def test_of_many_rows_the_free_ones_are_taken(school: School) -> None:
    one, other = Connection.objects.order_by("pk")[:2]
    until = clock.now() + dt.timedelta(seconds=20)
    taken = leases.take(one, 10)
    assert taken is not None
    everybody = Connection.objects.order_by("pk")
    assert list(leases.take_many(everybody, "we", until)) == [other]
    assert leases.release_many(everybody, "we") == 1
    assert list(everybody.filter(leases.free())) == [other]
    assert taken.release()


@pytest.mark.django_db
def test_a_revoked_lease_writes_nothing_any_more(school: School) -> None:
    lease = leases.take(Connection.objects.order_by("pk")[0], 10)
    assert lease is not None
    leases.revoke(Connection.objects.get(pk=lease.row.pk), zoom_name="New")
    assert not lease.write(zoom_name="Old")
    assert not lease.write_late(zoom_name="Old")
    assert Connection.objects.get(pk=lease.row.pk).zoom_name == "New"


@pytest.mark.django_db
def test_a_late_result_is_written_while_nothing_else_has_changed(school: School) -> None:
    row = Connection.objects.order_by("pk")[0]
    lease = leases.take(row, 10)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=1)):
        later = leases.take(Connection.objects.get(pk=row.pk), 10)
        assert lease is not None and later is not None
        assert not lease.write(zoom_name="First")
        assert lease.write_late(zoom_name="First")
        assert not later.write(zoom_name="Second")
