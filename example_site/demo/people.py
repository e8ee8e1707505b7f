"""Who can log in to the demo."""

from __future__ import annotations

from dataclasses import dataclass


PASSWORD = "lesson"


@dataclass(frozen=True)
class Person:
    """Somebody with a part in the story."""

    username: str
    first_name: str
    last_name: str
    email: str
    #: "school", "academy", or nothing for people of the whole installation.
    place: str
    group: str = ""
    is_superuser: bool = False

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.first_name} {self.last_name}"


SCHOOL_ADMINISTRATOR = Person(
    "school-admin", "School", "Administrator", "admin@school.example", "school", "School administrators"
)
TEACHER_ONE = Person("teacher-one", "Teacher", "One", "teacher.one@school.example", "school", "School teachers")
TEACHER_TWO = Person("teacher-two", "Teacher", "Two", "teacher.two@school.example", "school", "School teachers")
LEARNER_ONE = Person("learner-one", "Learner", "One", "learner.one@school.example", "school")
ACADEMY_ADMINISTRATOR = Person(
    "academy-admin", "Academy", "Administrator", "admin@academy.example", "academy", "Academy administrators"
)
LECTURER_ONE = Person("lecturer-one", "Lecturer", "One", "lecturer.one@academy.example", "academy", "Academy lecturers")
LEARNER_TWO = Person("learner-two", "Learner", "Two", "learner.two@academy.example", "academy")
#: Who attends the academy's course with Learner Two.
CLASSMATES = tuple(
    Person(f"learner-{word}", "Learner", word.capitalize(), f"learner.{word}@academy.example", "academy")
    for word in ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
)
OPERATOR = Person("operator", "Site", "Operator", "operator@example.com", "", is_superuser=True)

PEOPLE = (
    SCHOOL_ADMINISTRATOR,
    TEACHER_ONE,
    TEACHER_TWO,
    LEARNER_ONE,
    ACADEMY_ADMINISTRATOR,
    LECTURER_ONE,
    LEARNER_TWO,
    *CLASSMATES,
    OPERATOR,
)

#: People of nowhere, who fill in the form on Zoom's own page. They cannot log in here.
VISITORS = tuple(
    Person("", "Visitor", word.capitalize(), f"visitor.{word}@elsewhere.example", "")
    for word in ("one", "two", "three")
)
