"""Insert many rows in few statements, on SQLite too, where parameters are few."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.db import connections, models, router, transaction
from django.db.models.constants import OnConflict


#: Rows in one statement, so that memory and packets to the database stay small however many rows there are.
AT_ONCE = 500

_EXTRACT = "json_extract(value, '$[{}]')"
_INT64 = range(-(2**63), 2**63)


def bulk_insert(
    rows: Sequence[models.Model],
    *,
    ignore_conflicts: bool = False,
    unique_fields: Sequence[str] | None = None,
    update_fields: Sequence[str] | None = None,
) -> None:
    """Insert ``rows`` of one model like ``bulk_create``, 500 in a statement; their primary keys are not set.

    A row that is there already raises IntegrityError, stays as it is with ``ignore_conflicts``, or takes over
    ``update_fields`` when these are given, which on SQLite and PostgreSQL needs ``unique_fields``, the names of the
    columns that tell rows apart.

    Django allows SQLite 999 parameters a statement before Django 6: thirty rows of thirty columns. There many rows
    travel as one parameter, JSON that the database takes apart.
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    names_its_target = connection.features.supports_update_conflicts_with_target
    target = unique_fields if update_fields and names_its_target else None
    fields = _fields_to_insert(model)
    # One statement commits itself; a transaction around it would be two more trips to the database.
    is_one = len(rows) <= AT_ONCE
    with nullcontext() if is_one else transaction.atomic(using=connection.alias, savepoint=False):
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            packed = None
            if connection.vendor == "sqlite" and len(some) > connection.ops.bulk_batch_size(fields, some):
                packed = _packed(some, fields, connection)
            if packed is None:
                model._base_manager.using(connection.alias).bulk_create(
                    some,
                    batch_size=AT_ONCE,
                    ignore_conflicts=ignore_conflicts,
                    update_conflicts=bool(update_fields),
                    update_fields=update_fields,
                    unique_fields=target,
                )
            else:
                statement = _statement(model, fields, connection, ignore_conflicts, target, update_fields)
                with connection.cursor() as cursor:
                    cursor.execute(statement, [packed])


def _fields_to_insert(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the fields that get a value from us: neither generated ones nor a key that the database counts."""
    return [
        field
        for field in model._meta.concrete_fields
        if not getattr(field, "generated", False) and not isinstance(field, models.AutoField)
    ]


def _packed(rows: Sequence[models.Model], fields: Sequence[models.Field[Any, Any]], connection: Any) -> str | None:
    """Return the values of ``rows`` as JSON; None where they would not arrive as they are, or the rows are special."""
    if type(rows[0])._meta.parents or any(not _is_plain(row) for row in rows):
        return None
    values = [[field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields] for row in rows]
    if not all(_survives(value) for line in values for value in line):
        return None
    # Not in ASCII: what is no text then fails when it is sent, as it would as a parameter of its own.
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _is_plain(row: models.Model) -> bool:
    """Tell whether ``row`` gets its key from the database, and what it refers to has one."""
    key = row._meta.pk
    if isinstance(key, models.AutoField) and row.pk is not None:
        return False
    for field in row._meta.concrete_fields:
        related = field.get_cached_value(row, default=None) if isinstance(field, models.ForeignKey) else None
        if related is not None and (related.pk is None or field.value_from_object(row) is None):
            return False
    return True


def _survives(value: Any) -> bool:
    """Tell whether SQLite reads ``value`` back from JSON just as it would take it as a parameter.

    Text ends at NUL there, and fractions may be another by the last bit; expressions and bytes are not JSON at all.
    """
    if isinstance(value, str):
        return "\x00" not in value
    return value is None or (isinstance(value, int) and value in _INT64)


def _statement(
    model: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    connection: Any,
    ignore_conflicts: bool,
    unique_fields: Sequence[str] | None,
    update_fields: Sequence[str] | None,
) -> str:
    """Return the statement that inserts what `_packed` returned, with conflicts handled as ``bulk_create`` does."""
    on_conflict = OnConflict.IGNORE if ignore_conflicts else OnConflict.UPDATE if update_fields else None
    column = {field.name: field.column for field in fields}
    suffix = connection.ops.on_conflict_suffix_sql(
        fields,
        on_conflict,
        [column[name] for name in update_fields or ()],
        [column[name] for name in unique_fields or ()],
    )
    quote = connection.ops.quote_name
    return " ".join(
        [
            connection.ops.insert_statement(on_conflict=on_conflict),
            f"{quote(model._meta.db_table)} ({', '.join(map(quote, column.values()))})",
            f"SELECT {', '.join(_EXTRACT.format(number) for number in range(len(column)))}",
            # Without a condition SQLite would take ON CONFLICT for the ON of a join.
            "FROM json_each(%s) WHERE true",
            suffix,
        ]
    ).strip()
