"""What an editor's screens ask of the database: the same thing is not asked over and over."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.admin.editing import Editor
from tests.schools import School, make_lesson


def test_the_editor_of_a_lesson_reads_the_spaces_settings_no_more_than_four_times(
    school: School, teacher: Editor
) -> None:
    page = make_lesson(school)
    page.save_revision()
    teacher.get("wagtailadmin_pages:edit", page.pk)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = teacher.get("wagtailadmin_pages:edit", page.pk)

    assert answer.status_code == 200
    assert 1 <= _about(asked, "wagtail_zoom_zoomsettings") <= 4


def test_the_menu_looks_up_the_spaces_of_a_person_once_for_each_request(school: School, teacher: Editor) -> None:
    teacher.get("wagtail_zoom_admin:lessons")

    with CaptureQueriesContext(connection) as asked:
        answer = teacher.get("wagtail_zoom_admin:lessons")

    assert answer.status_code == 200
    said = [each["sql"].replace("`", '"') for each in asked]
    everybodys = [
        sql for sql in said if 'ORDER BY "wagtailcore_site"."site_name" ASC, "wagtailcore_site"."hostname"' in sql
    ]
    assert len(everybodys) == 1


def _about(asked: Any, table: str) -> int:
    return sum(f'FROM "{table}"' in each["sql"].replace("`", '"') for each in asked)
