"""After the lesson: who was there, for how long, and who completed it."""

from .assignments import assign, can_be_remembered, unassign
from .completion import evaluate_completion, explain, judge_held, meeting_with_report, override, tell_lms
from .report_import import due, expect_run_of, expect_runs, import_run


__all__ = [
    "assign",
    "can_be_remembered",
    "due",
    "expect_run_of",
    "expect_runs",
    "explain",
    "meeting_with_report",
    "import_run",
    "judge_held",
    "evaluate_completion",
    "override",
    "tell_lms",
    "unassign",
]
