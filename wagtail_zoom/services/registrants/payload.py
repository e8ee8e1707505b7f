"""What is sent to Zoom about one person."""

from __future__ import annotations

from typing import Any

from ...models import Registrant
from . import hooks
from .person import LONGEST_ANSWER


#: Zoom's names of the standard questions; every other answer is one to a question of the host's own.
FORM_FIELDS = frozenset(
    {
        "address",
        "city",
        "country",
        "zip",
        "state",
        "phone",
        "industry",
        "org",
        "job_title",
        "purchasing_time_frame",
        "role_in_purchase_process",
        "no_of_employees",
        "comments",
    }
)


def payload_of(registrant: Registrant) -> dict[str, Any]:
    """Return what Zoom is told about ``registrant``: names, address, answers; after the site's rules had their say.

    Raises `rules.RulesFailed`.
    """
    payload: dict[str, Any] = {
        "email": registrant.email,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
    }
    own = []
    for question, answer in registrant.answers.items():
        if question in FORM_FIELDS:
            payload[question] = answer
        else:
            # Zoom: the title has to be the question's, to the letter.
            own.append({"title": question, "value": str(answer)[:LONGEST_ANSWER]})
    if own:
        payload["custom_questions"] = own
    return hooks.payload_for(registrant, payload)
