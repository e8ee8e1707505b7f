"""Over a whole course: how many of its lessons each learner attended, for how long, and how many they completed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from ... import clock
from ...models import Attendance, Completion, LessonMeeting, Meeting, Registrant
from .. import lms
from ..users import email_of, name_of
from .completion import planned_seconds


@dataclass(frozen=True)
class Total:
    """One learner in one course; ``share`` is the part of the lessons' planned time, in per cent, None where unknown."""

    name: str
    username: str
    email: str
    course: str
    attended: int
    held: int
    minutes: int
    share: int | None
    completed: int


@dataclass
class _Count:
    attended: int = 0
    seconds: int = 0
    completed: int = 0


@dataclass(frozen=True)
class _Held:
    """A course and those of its lessons that were held."""

    title: str
    links: list[LessonMeeting]

    @property
    def seconds(self) -> int:
        return sum(planned_seconds(link.meeting) for link in self.links)


def lessons_held(sites: Sequence[Any]) -> QuerySet[LessonMeeting]:
    """Return the lessons of ``sites`` (ids) that have begun, but for those that were cancelled and that nobody came to."""
    came = Exists(Attendance.objects.filter(meeting=OuterRef("meeting")))
    return LessonMeeting.objects.filter(
        Q(meeting__wanted=Meeting.Wanted.PRESENT) | Q(came),
        meeting__site__in=sites,
        meeting__starts_at__lte=clock.now(),
        page__isnull=False,
    )


def totals(lessons: QuerySet[LessonMeeting], *, course: str = "", learner: str = "") -> list[Total]:
    """Return one `Total` for each learner of each course of ``lessons``, by course and name.

    Counted are people whom this site knows, and no hosts. Whoever was registered and never came has nothing attended;
    where it is about a single course, so has everybody whom the LMS names as enrolled. ``course`` and ``learner``
    leave those whose title, or name, user name or address, contains these words. The number of queries grows neither
    with the people nor with the lessons.
    """
    courses = _courses(lessons, course)
    enrolled = _enrolled(courses)
    counts = _counted(lessons, courses, {user.pk for user in enrolled})
    users = {user.pk: user for user in (*_users(lessons), *enrolled)}
    rows = [
        _total(courses[course_id], users[user_id], count)
        for (course_id, user_id), count in counts.items()
        if user_id in users
    ]
    wanted = learner.casefold()
    found = [row for row in rows if wanted in f"{row.name}\n{row.username}\n{row.email}".casefold()]
    return sorted(found, key=lambda row: (row.course.casefold(), row.name.casefold(), row.username))


def _courses(lessons: QuerySet[LessonMeeting], words: str) -> dict[Any, _Held]:
    links = [link for link in lessons.select_related("page", "meeting") if link.page]
    course_of = lms.courses_of([link.page for link in links])
    courses: dict[Any, _Held] = {}
    for link in links:
        page = course_of.get(link.page_id)
        title = page.title if page else ""
        if words.casefold() in title.casefold():
            courses.setdefault(page.pk if page else None, _Held(title, [])).links.append(link)
    return courses


def _enrolled(courses: Mapping[Any, _Held]) -> list[Any]:
    # Asking the LMS costs queries of its own for each course.
    if len(courses) != 1:
        return []
    page = next(iter(courses.values())).links[0].page
    return lms.enrolled(page.specific) or [] if page else []


def _counted(
    lessons: QuerySet[LessonMeeting], courses: Mapping[Any, _Held], enrolled: Iterable[Any]
) -> dict[tuple[Any, Any], _Count]:
    judged = _judged(lessons)
    shared = _shared_meetings(lessons)
    present = _by_meeting(_present(lessons))
    registered = _by_meeting((meeting_id, user_id, 0) for meeting_id, user_id in _registered(lessons))
    counts: dict[tuple[Any, Any], _Count] = {}
    for course_id, held in courses.items():
        for user_id in enrolled:
            counts.setdefault((course_id, user_id), _Count())
        for link in held.links:
            verdicts = judged.get(link.page_id or 0, {})
            is_shared = link.meeting_id in shared
            for user_id, seconds in present.get(link.meeting_id, {}).items():
                # Somebody else's learner may share the webinar; whose lesson it was, the verdicts tell.
                if is_shared and verdicts and user_id not in verdicts:
                    continue
                count = counts.setdefault((course_id, user_id), _Count())
                count.attended += 1
                count.seconds += seconds
            for user_id in () if is_shared else registered.get(link.meeting_id, {}):
                counts.setdefault((course_id, user_id), _Count())
            for user_id, is_complete in verdicts.items():
                counts.setdefault((course_id, user_id), _Count()).completed += is_complete
    return counts


def _total(held: _Held, user: Any, count: _Count) -> Total:
    planned = held.seconds
    return Total(
        name=name_of(user),
        username=user.get_username(),
        email=email_of(user),
        course=held.title,
        attended=count.attended,
        held=len(held.links),
        minutes=round(count.seconds / 60),
        share=min(100, round(100 * count.seconds / planned)) if planned else None,
        completed=count.completed,
    )


def _present(lessons: QuerySet[LessonMeeting]) -> Iterable[tuple[int, Any, int]]:
    rows = Attendance.objects.filter(meeting__in=lessons.values("meeting"), user__isnull=False, is_host=False)
    together = rows.order_by().values("meeting_id", "user_id").annotate(total=Sum("seconds"))
    return together.values_list("meeting_id", "user_id", "total").iterator(chunk_size=2000)


def _registered(lessons: QuerySet[LessonMeeting]) -> Iterable[tuple[int, Any]]:
    rows = Registrant.objects.filter(
        meeting__in=lessons.values("meeting"), user__isnull=False, actual=Registrant.Actual.APPROVED
    )
    return rows.order_by().values_list("meeting_id", "user_id").iterator(chunk_size=2000)


def _judged(lessons: QuerySet[LessonMeeting]) -> Mapping[int, dict[Any, bool]]:
    judged: defaultdict[int, dict[Any, bool]] = defaultdict(dict)
    rows = Completion.objects.filter(page__in=lessons.values("page"), user__isnull=False)
    for page_id, user_id, is_complete in rows.values_list("page_id", "user_id", "is_complete").iterator():
        judged[page_id][user_id] = is_complete
    return judged


def _shared_meetings(lessons: QuerySet[LessonMeeting]) -> set[int]:
    used = LessonMeeting.objects.filter(meeting__in=lessons.values("meeting"), page__isnull=False)
    several = used.order_by().values("meeting_id").annotate(times=Count("pk")).filter(times__gt=1)
    return set(several.values_list("meeting_id", flat=True))


def _users(lessons: QuerySet[LessonMeeting]) -> QuerySet[Any]:
    meetings, pages = lessons.values("meeting"), lessons.values("page")
    mentioned = (
        Attendance.objects.filter(meeting__in=meetings, user__isnull=False).values("user"),
        Registrant.objects.filter(meeting__in=meetings, user__isnull=False).values("user"),
        Completion.objects.filter(page__in=pages, user__isnull=False).values("user"),
    )
    anybody = Q()
    for people in mentioned:
        anybody |= Q(pk__in=people)
    users: QuerySet[Any] = get_user_model()._default_manager.filter(anybody)
    return users


def _by_meeting(rows: Iterable[tuple[int, Any, int]]) -> Mapping[int, dict[Any, int]]:
    found: defaultdict[int, dict[Any, int]] = defaultdict(dict)
    for meeting_id, user_id, seconds in rows:
        found[meeting_id][user_id] = seconds
    return found
