"""From Zoom's refusals to our errors: one place that knows what its numbers and words mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..exceptions import (
    FieldError,
    ZoomAPIError,
    ZoomAuthenticationError,
    ZoomFull,
    ZoomHostCannotRegister,
    ZoomLicenceError,
    ZoomNotFound,
    ZoomNotLive,
    ZoomOver,
    ZoomPageExpired,
    ZoomPermissionError,
    ZoomRateLimited,
    ZoomRegistrationClosed,
    ZoomRegistrationOff,
    ZoomResponseError,
    ZoomSchedulingRefused,
    ZoomScopeError,
    ZoomServerError,
    ZoomValidationError,
    ZoomWrongKind,
    ZoomWrongMeetingType,
)
from ..untrusted_json import read_json
from .retries import limit_of
from .transport import TRACKING_HEADER, Answer


_SCOPES = re.compile(r"scopes?\s*:?\s*\[([^\]]*)\]", re.IGNORECASE)
_DENIED = "rest api has been denied"


def json_object(answer: Answer, operation: str) -> dict[str, Any]:
    """Return the JSON object in ``answer``.

    Raises ZoomResponseError for HTML, nothing, half an answer, and JSON that is no object.
    """
    body = _json(answer.body)
    if not isinstance(body, dict):
        raise ZoomResponseError(f"{operation}: {answer.status}, {_shape(answer)}")
    return body


def parsed_object(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object in ``answer``, an empty one if there is none."""
    body = _json(answer.body)
    return body if isinstance(body, dict) else {}


def _json(body: bytes) -> Any:
    try:
        return read_json(body)
    except ValueError:
        return None


def _shape(answer: Answer) -> str:
    """Describe a body without quoting it."""
    kind = answer.headers.get("Content-Type", "no content type").split(";")[0]
    return f"{len(answer.body)} bytes of {kind} instead of a JSON object"


def is_refusal(body: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is Zoom's error shape, which now and then comes with status 200."""
    return isinstance(body.get("message"), str) and error_code(body) not in (None, 0)


def refusal(answer: Answer, *, operation: str, now: dt.datetime) -> ZoomAPIError:
    """Return the error that ``answer`` means.

    ``operation`` is "METHOD /path/with/{placeholders}", which decides between meanings of one number; ``now`` (aware)
    is where waits are counted from.
    """
    body = parsed_object(answer)
    words = str(body.get("message") or "")
    code = error_code(body)
    common: dict[str, Any] = {
        "status": answer.status,
        "code": code,
        "message": words,
        "field_errors": _field_errors(body),
        "tracking_id": answer.headers.get(TRACKING_HEADER, ""),
        "operation": operation,
    }
    if answer.status == 429 or code == 429:
        scope, retry_at = limit_of(answer.headers, words, now)
        return ZoomRateLimited(scope=scope, retry_at=retry_at, **common)
    if _DENIED in (words or answer.body[:2000].decode("utf-8", "replace")).lower():
        return ZoomPermissionError(**common)
    if answer.status >= 500 or (not body and answer.status != 401):
        return ZoomServerError(**{**common, "message": words or _shape(answer)})
    return _by_number(operation, code, words, common)


def _by_number(operation: str, code: int | None, words: str, common: dict[str, Any]) -> ZoomAPIError:
    lowered = words.lower()
    if code in (4700, 4711) and "scope" in lowered:
        return ZoomScopeError(missing=_alternatives(words), **common)
    if code == 4711:
        return ZoomScopeError(**common)
    meant = _BY_CODE.get(code) if code is not None else None
    if meant is not None:
        return meant(operation, lowered, common)
    if common["status"] == 401:
        return ZoomAuthenticationError(**common)
    if common["status"] == 403:
        return ZoomPermissionError(**common)
    if common["status"] == 404:
        return _gone(operation, lowered, common)
    return ZoomAPIError(**common)


_Meaning = Callable[[str, str, dict[str, Any]], ZoomAPIError]


def _always(error: type[ZoomAPIError], **extra: Any) -> _Meaning:
    return lambda _operation, _words, common: error(**common, **extra)


def _gone(operation: str, words: str, common: dict[str, Any]) -> ZoomAPIError:
    """Decide what is gone: on a path below /users it is the user, else what the words begin with."""
    if " /users" in operation or words.startswith("user "):
        return ZoomNotFound(what="user", **common)
    return ZoomNotFound(what="registrant" if "registrant" in words else "meeting", **common)


def _rule(operation: str, words: str, common: dict[str, Any]) -> ZoomAPIError:
    """Read 300 and 3000, which Zoom uses for nearly everything, by their words."""
    if "cannot access webinar info" in words and " /webinars" not in operation:
        return ZoomWrongKind(**common)
    for said, meant in (*_rules_about(operation), *_ANYWHERE):
        if said.search(words):
            return meant(operation, words, common)
    if common["code"] == 300:
        return ZoomValidationError(**common)
    return ZoomAPIError(**common)


def _rules_about(operation: str) -> _Rules:
    if "registrants" in operation:
        return _ABOUT_REGISTERING
    return _ABOUT_ENDING if operation.endswith("/status") else ()


def _no_permission(operation: str, words: str, common: dict[str, Any]) -> ZoomAPIError:
    """Read 200: a missing plan or add-on, else a missing permission."""
    if "plan is missing" in words or "only available for paid" in words or "licen" in words:
        return ZoomLicenceError(**common)
    return ZoomPermissionError(**common)


_Rules = tuple[tuple[re.Pattern[str], _Meaning], ...]

_ANYWHERE: _Rules = (
    (re.compile(r"cannot schedule an? (?:meeting|webinar) for"), _always(ZoomSchedulingRefused)),
    (re.compile(r"page token"), _always(ZoomPageExpired)),
    (re.compile(r"invalid (?:meeting|webinar) id|(?:meeting|webinar) id does not exist"), _always(ZoomNotFound)),
)
_ABOUT_REGISTERING: _Rules = (
    (re.compile(r"registra(?:tion|nt).*\bclosed?\b"), _always(ZoomRegistrationClosed)),
    (re.compile(r"registration has not been enabled|have registration (?:as )?required"), _always(ZoomRegistrationOff)),
    (re.compile(r"registrant.*(?:not found|not exist|invalid)"), _always(ZoomNotFound, what="registrant")),
    (re.compile(r"panelist\b|host can ?not register"), _always(ZoomHostCannotRegister)),
    (re.compile(r"reached the limit for the number|maximum (?:attendee|number)"), _always(ZoomFull)),
    (re.compile(r"only be used for scheduled|batch registration is not"), _always(ZoomWrongMeetingType)),
)
_ABOUT_ENDING: _Rules = (
    (re.compile(r"not (?:been )?(?:started|begun|running|live|in progress)|is over|\bended\b"), _always(ZoomNotLive)),
)

# Zoom: the numbers of its error table; the same number may stand for different things on different paths.
_BY_CODE: Mapping[int, _Meaning] = {
    124: _always(ZoomAuthenticationError),
    200: _no_permission,
    300: _rule,
    303: _always(ZoomWrongMeetingType),
    404: _always(ZoomRegistrationOff),
    1001: _gone,
    1010: _always(ZoomPermissionError),
    1120: _always(ZoomNotFound, what="user"),
    2300: _always(ZoomPermissionError),
    3000: _rule,
    3001: _always(ZoomNotFound),
    3003: _always(ZoomValidationError),
    3027: _always(ZoomHostCannotRegister),
    3034: _always(ZoomFull),
    3035: _always(ZoomFull),
    3038: _always(ZoomOver),
    3043: _always(ZoomFull),
    3079: _always(ZoomNotFound, what="registrant"),
    3161: _always(ZoomLicenceError),
    3301: _always(ZoomNotFound, what="recording"),
    4505: _always(ZoomValidationError),
    4700: _always(ZoomAuthenticationError),
    4735: _always(ZoomAuthenticationError),
    4741: _always(ZoomAuthenticationError),
    12702: _always(ZoomNotFound, what="report"),
}


def error_code(body: Mapping[str, Any]) -> int | None:
    """Return Zoom's number in an error shape; None if there is none."""
    code = body.get("code")
    if isinstance(code, bool) or not isinstance(code, int | str):
        return None
    try:
        return int(code)
    except ValueError:
        return None


def _field_errors(body: Mapping[str, Any]) -> tuple[FieldError, ...]:
    errors = body.get("errors")
    if not isinstance(errors, list):
        return ()
    return tuple(
        FieldError(str(error.get("field") or ""), str(error.get("message") or ""))
        for error in errors
        if isinstance(error, dict)
    )


def _alternatives(words: str) -> tuple[str, ...]:
    found = _SCOPES.search(words)
    if not found:
        return ()
    names = (name.strip(" '\"") for name in found[1].split(","))
    return tuple(name for name in names if name)
