"""Many rows in one statement: what arrives is what Django's own ``bulk_create`` writes."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps

from wagtail_zoom.models import (
    Allowance,
    Attendance,
    Completion,
    Instance,
    Meeting,
    RecordingFile,
    Registrant,
    RegistrantChange,
)
from wagtail_zoom.services import encryption
from wagtail_zoom.services.coordination.bulk_insert import AT_ONCE, bulk_insert


COUNT = 70
AT = dt.datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=dt.UTC)
TEXTS = ("", "a", "'\"\\", "\\u0000", "línea\n2", "👩‍🏫 \u2028", "[1]", "null", "1e3", "007", "%s %%")


@pytest.fixture(autouse=True)
def _few_parameters(db: None) -> Iterator[None]:
    """Let SQLite take as few parameters a statement as Django before 6 allows it."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    yield
    raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


@pytest.fixture
def meeting(db: None) -> Meeting:
    return Meeting.objects.create(kind="meeting")


def text(number: int) -> str:
    return TEXTS[number % len(TEXTS)]


def registrants(meeting: Meeting, count: int = COUNT) -> list[Registrant]:
    rows = [
        Registrant(
            meeting=meeting,
            email_key=f"{number}",
            email=f"{number}@school.example",
            first_name=text(number),
            source=Registrant.Source.ZOOM,
            wanted=Registrant.Wanted.APPROVED,
            answers={"q": [text(number), number, None, True, 0.1]},
            attempts=number,
            due_at=AT if number % 2 else None,
            erase_when_told=bool(number % 2),
        )
        for number in range(count)
    ]
    for row in rows[::3]:
        encryption.encrypt_field(row, "join_url", "https://zoom.us/w/1")
    return rows


def changes(meeting: Meeting) -> list[RegistrantChange]:
    registrant = registrants(meeting, 1)[0]
    registrant.save()
    return [
        RegistrantChange(registrant=registrant, at=AT, what="actual", before=text(number), after="approved", by="us")
        for number in range(3 * COUNT)
    ]


def runs(meeting: Meeting) -> list[Instance]:
    return [
        Instance(meeting=meeting, uuid=f"{number}/{text(number)}", started_at=AT, is_practice=bool(number % 2))
        for number in range(2 * COUNT)
    ]


def attendance(meeting: Meeting) -> list[Attendance]:
    run = Instance.objects.create(meeting=meeting, uuid="run")
    return [
        Attendance(
            meeting=meeting,
            instance=run,
            person_key=f"{number}",
            name=text(number),
            matched_by=Attendance.Match.REGISTRANT,
            is_host=not number,
            seconds=number,
            first_join=AT if number % 3 else None,
            stretches=[[number, number + 1]],
        )
        for number in range(COUNT)
    ]


def completions(meeting: Meeting) -> list[Completion]:
    model = get_user_model()
    users = [model.objects.create(username=f"learner.{number}") for number in range(2 * COUNT)]
    return [
        Completion(page_title=text(user.pk), user=user, is_complete=bool(user.pk % 2), grounds={"s": 1}, decided_at=AT)
        for user in users
    ]


def allowances(meeting: Meeting) -> list[Allowance]:
    return [
        Allowance(account_key="A", what=Allowance.What.REGISTRANT_ADDS, subject=f"{number}", day=AT.date())
        for number in range(3 * COUNT)
    ]


def recordings(meeting: Meeting) -> list[RecordingFile]:
    sizes = (0, 2**63 - 1, -(2**63), 2**53 + 1)
    return [
        RecordingFile(meeting=meeting, zoom_file_id=f"{number}", size=sizes[number % len(sizes)])
        for number in range(2 * COUNT)
    ]


def stored(model: type[models.Model]) -> list[tuple[Any, ...]]:
    """Return all rows as the database holds them, with the type of each value where it tells; not when they came."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    timeless = [field for field in fields if field.name not in ("created_at", "updated_at")]
    columns = [connection.ops.quote_name(field.column) for field in timeless]
    if connection.vendor == "sqlite":
        columns += [f"typeof({connection.ops.quote_name(field.column)})" for field in fields]
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")
        return cursor.fetchall()


def written_by(write: Callable[[Sequence[Any]], Any], rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    model = type(rows[0])
    model._base_manager.all().delete()
    fields = model._meta.concrete_fields
    write([model(**{field.attname: field.value_from_object(row) for field in fields}) for row in rows])
    return stored(model)


@pytest.mark.parametrize("make", [registrants, changes, runs, attendance, completions, allowances, recordings])
def test_the_rows_are_those_of_bulk_create(make: Callable[[Meeting], Sequence[Any]], meeting: Meeting) -> None:
    rows = make(meeting)

    with CaptureQueriesContext(connection) as asked:
        ours = written_by(bulk_insert, rows)

    assert ours == written_by(type(rows[0])._base_manager.bulk_create, rows)
    assert len(ours) == len(rows)
    assert sum(each["sql"].startswith("INSERT") for each in asked) == 1


def test_as_many_statements_as_there_are_times_five_hundred_rows(meeting: Meeting) -> None:
    with CaptureQueriesContext(connection) as asked:
        bulk_insert(registrants(meeting, AT_ONCE + 1))

    assert sum(each["sql"].startswith("INSERT") for each in asked) == 2
    assert Registrant.objects.count() == AT_ONCE + 1


def test_no_rows_are_no_query(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        bulk_insert([])


def test_rows_come_in_their_order(meeting: Meeting) -> None:
    bulk_insert(registrants(meeting))

    assert [row.email_key for row in Registrant.objects.order_by("pk")] == [str(number) for number in range(COUNT)]


def test_a_row_that_is_there_stays_when_conflicts_are_ignored(meeting: Meeting) -> None:
    Registrant.objects.create(meeting=meeting, email_key="5", email="first@school.example", source="editor")

    bulk_insert(registrants(meeting), ignore_conflicts=True)

    assert Registrant.objects.count() == COUNT
    assert Registrant.objects.get(email_key="5").email == "first@school.example"


def test_a_row_that_is_there_takes_over_only_what_is_named(meeting: Meeting) -> None:
    rows = attendance(meeting)
    first = Attendance.objects.create(
        meeting=meeting, instance=rows[0].instance, person_key="5", name="Before", email="kept@school.example"
    )

    bulk_insert(rows, unique_fields=["instance", "person_key"], update_fields=["name", "seconds"])

    assert Attendance.objects.count() == COUNT
    after = Attendance.objects.get(person_key="5")
    assert (after.pk, after.name, after.seconds, after.email) == (first.pk, text(5), 5, "kept@school.example")


def test_a_row_that_is_there_is_an_error_otherwise(meeting: Meeting) -> None:
    bulk_insert(registrants(meeting)[:1])

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(registrants(meeting))

    assert Registrant.objects.count() == 1


def test_somebody_who_is_not_stored_cannot_be_referred_to(meeting: Meeting) -> None:
    rows = registrants(meeting)
    rows[7].user = get_user_model()(username="nobody")

    with pytest.raises(ValueError, match="unsaved related object"):
        bulk_insert(rows)


def test_text_with_nul_is_written_whole(meeting: Meeting) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL takes no NUL in text")
    rows = registrants(meeting)
    rows[3].first_name = "a\x00b"

    bulk_insert(rows)

    assert Registrant.objects.get(email_key="3").first_name == "a\x00b"


def test_text_that_is_no_unicode_is_refused_as_by_bulk_create(meeting: Meeting) -> None:
    rows = registrants(meeting)
    rows[3].first_name = "\ud800"

    with pytest.raises(UnicodeEncodeError), transaction.atomic():
        Registrant.objects.bulk_create(rows)
    with pytest.raises(UnicodeEncodeError), transaction.atomic():
        bulk_insert(rows)


def test_rows_go_to_the_database_that_the_routers_name(settings: Any, meeting: Meeting) -> None:
    asked = []

    class Router:
        def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
            asked.append(model)
            return "default"

    settings.DATABASE_ROUTERS = [Router()]

    bulk_insert(registrants(meeting))

    assert Registrant in asked
    assert Registrant.objects.count() == COUNT


@pytest.fixture
def sample(db: None) -> Iterator[Any]:
    """Return a model with every kind of column, whose table goes with the transaction."""
    if connection.vendor != "sqlite":
        pytest.skip("elsewhere it is bulk_create that writes")
    with isolate_apps("tests.lessons"):

        class Sample(models.Model):
            fraction = models.FloatField(null=True)
            blob = models.BinaryField(null=True)
            amount = models.DecimalField(max_digits=20, decimal_places=5, null=True)
            day = models.DateField(null=True)
            clock_time = models.TimeField(null=True)
            at = models.DateTimeField(null=True)
            span = models.DurationField(null=True)
            flag = models.BooleanField(null=True)
            number = models.BigIntegerField(null=True)
            key = models.UUIDField(null=True)
            data = models.JSONField(null=True)
            words = models.TextField(null=True)  # noqa: DJ001

            class Meta:
                app_label = "lessons"

        with connection.cursor() as cursor:
            cursor.execute(*connection.schema_editor().table_sql(Sample))
        yield Sample


KINDS: dict[str, Sequence[Any]] = {
    "fraction": (0.1, 1e308, 5e-324, -0.0, 123456789.12345679),
    "blob": (b"", b"\x00\xff", "text".encode("utf-16")),
    "amount": (Decimal("0.10000"), Decimal("123456789012345.67891")),
    "day": (dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    "clock_time": (dt.time(0), dt.time(23, 59, 59, 999999)),
    "at": (AT, AT.replace(microsecond=0)),
    "span": (dt.timedelta(0), dt.timedelta(days=-1, microseconds=1)),
    "flag": (True, False),
    "number": (0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1),
    "key": (uuid.UUID(int=0), uuid.UUID("6f1c1b7e-8f52-4a52-9c27-5a7b1c7d9f11")),
    "data": ({}, [], "text", 1, 1.5, True, False, {"a\u0000b": "👩‍🏫"}),
    "words": TEXTS,
}


def test_every_kind_of_column_arrives_as_it_is(sample: Any) -> None:
    for name, kind in KINDS.items():
        values = [None, *kind]
        rows = [sample(**{name: values[number % len(values)]}) for number in range(2 * COUNT)]

        assert written_by(bulk_insert, rows) == written_by(sample._base_manager.bulk_create, rows), name
        assert sample._base_manager.count() == len(rows)
