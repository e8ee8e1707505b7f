"""The one table of what is called at Zoom: method, path, scopes and rate-limit label of each operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


_PLACEHOLDER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of Zoom's REST API.

    ``scopes`` are the granular names, the user-level one first: any one is enough. ``classic`` are the names that
    apps made before granular scopes have instead. ``label`` is the rate-limit class, ``success`` the HTTP status that
    Zoom documents (any 2xx is taken).
    """

    name: str
    method: str
    path: str
    label: str
    scopes: tuple[str, ...]
    classic: tuple[str, ...]
    success: int = 200

    def filled(self, *segments: str) -> str:
        """Return the path with its placeholders replaced, in order, by ``segments`` (already percent-encoded)."""
        remaining = iter(segments)
        return _PLACEHOLDER.sub(lambda _match: next(remaining), self.path)


# Zoom gives these labels, scopes and statuses in its machine-readable description; a test compares.
_OF_BOTH_KINDS = (
    ("create", "POST", "/users/{userId}/KINDs", "light", "write:KIND", 201),
    ("list", "GET", "/users/{userId}/KINDs", "medium", "read:list_KINDs", 200),
    ("get", "GET", "/KINDs/{KINDId}", "light", "read:KIND", 200),
    ("update", "PATCH", "/KINDs/{KINDId}", "light", "update:KIND", 204),
    ("delete", "DELETE", "/KINDs/{KINDId}", "light", "delete:KIND", 204),
    ("past_participants", "GET", "/past_KINDs/{KINDId}/participants", "medium", "read:list_past_participants", 200),
    ("registrants.list", "GET", "/KINDs/{KINDId}/registrants", "medium", "read:list_registrants", 200),
    ("registrants.add", "POST", "/KINDs/{KINDId}/registrants", "light", "write:registrant", 201),
    ("registrants.add_batch", "POST", "/KINDs/{KINDId}/batch_registrants", "heavy", "write:batch_registrants", 201),
    ("registrants.get", "GET", "/KINDs/{KINDId}/registrants/{registrantId}", "light", "read:registrant", 200),
    ("registrants.delete", "DELETE", "/KINDs/{KINDId}/registrants/{registrantId}", "light", "delete:registrant", 204),
    ("registrants.set_status", "PUT", "/KINDs/{KINDId}/registrants/status", "medium", "update:registrant_status", 204),
    (
        "registrants.questions",
        "GET",
        "/KINDs/{KINDId}/registrants/questions",
        "light",
        "read:list_registration_questions",
        200,
    ),
)
_OF_MEETINGS = (("end", "PUT", "/meetings/{meetingId}/status", "light", "update:status", 204),)
_OF_WEBINARS = (("end", "PUT", "/webinars/{webinarId}/status", "light", "update:status", 200),)
_USER_CLASSIC = ("user:read", "user:read:admin", "user:write", "user:write:admin")


def _with_admin(name: str) -> tuple[str, str]:
    return name, f"{name}:admin"


def _of_kind(kind: str) -> Iterator[Operation]:
    own = _OF_MEETINGS if kind == "meeting" else _OF_WEBINARS
    for name, method, path, label, scope, success in (*_OF_BOTH_KINDS, *own):
        yield Operation(
            name=f"{kind}s.{name}",
            method=method,
            path=path.replace("KIND", kind),
            label=label,
            scopes=_with_admin(f"{kind}:{scope.replace('KIND', kind)}"),
            classic=_with_admin(f"{kind}:read" if method == "GET" else f"{kind}:write"),
            success=success,
        )
    yield Operation(
        name=f"{kind}s.participants_report",
        method="GET",
        path=f"/report/{kind}s/{{{kind}Id}}/participants",
        label="heavy",
        scopes=(f"report:read:list_{kind}_participants:admin",),
        classic=("report:read:admin",),
    )


_OF_PEOPLE = (
    Operation(
        "users.get",
        "GET",
        "/users/{userId}",
        "light",
        _with_admin("user:read:user"),
        (*_USER_CLASSIC, "user_profile", "user_info:read"),
    ),
    Operation(
        "users.token",
        "GET",
        "/users/{userId}/token",
        "light",
        _with_admin("user:read:token"),
        (*_USER_CLASSIC, "user_profile"),
    ),
    Operation(
        "recordings.of_meeting",
        "GET",
        "/meetings/{meetingId}/recordings",
        "light",
        _with_admin("cloud_recording:read:list_recording_files"),
        _with_admin("recording:read"),
    ),
)

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation for operation in (*_of_kind("meeting"), *_of_kind("webinar"), *_OF_PEOPLE)
}
