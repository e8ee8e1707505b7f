"""After the lesson: who was there, for how long, and who completed it."""

from .assignments import assign, can_be_remembered, unassign
from .completion import explain, held_by, judge_held, judge_meeting, override, tell_lms
from .report_import import due, expect_run_of, expect_runs, import_run


__all__ = [
    "assign",
    "can_be_remembered",
    "due",
    "expect_run_of",
    "expect_runs",
    "explain",
    "held_by",
    "import_run",
    "judge_held",
    "judge_meeting",
    "override",
    "tell_lms",
    "unassign",
]
