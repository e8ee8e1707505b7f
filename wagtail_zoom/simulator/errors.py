"""What the REST API answers when it refuses, in Zoom's shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ApiError(Exception):
    """A refusal: an HTTP status, Zoom's code, a sentence, and perhaps the fields that are wrong."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        fields: Iterable[tuple[str, str]] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """Take what goes over the wire; ``fields`` are pairs of a field's path and what is wrong with it."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = list(fields)
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        answer: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fields:
            answer["errors"] = [{"field": field, "message": message} for field, message in self.fields]
        return answer


class ControlError(Exception):
    """A control call that cannot be done: an HTTP status and a sentence for whoever drives the simulator."""

    def __init__(self, status: int, message: str) -> None:
        """Take the status and the sentence."""
        super().__init__(message)
        self.status = status
        self.message = message


def invalid(*fields: tuple[str, str]) -> ApiError:
    """Return the refusal of a body or a query with wrong values."""
    return ApiError(400, 300, "Validation Failed.", fields=fields)


def bad_request(code: int, message: str) -> ApiError:
    """Return a refusal with status 400."""
    return ApiError(400, code, message)


def no_such_user(user: str) -> ApiError:
    """Return the refusal for a user who is unknown or in another account."""
    return ApiError(404, 1001, f"User does not exist: {user}.")


def no_such_meeting(number: object, kind: str = "meeting") -> ApiError:
    """Return the refusal for a meeting or webinar that is unknown, deleted or expired."""
    return ApiError(404, 3001, f"{kind.capitalize()} does not exist: {number}.")


def bad_token(message: str = "Invalid access token.", code: int = 124) -> ApiError:
    """Return the refusal of an access token."""
    return ApiError(401, code, message)


def missing_scopes(scopes: Iterable[str]) -> ApiError:
    """Return the refusal of a token without any of ``scopes``; it lists the alternatives (Zoom: code 4711)."""
    return ApiError(400, 4711, f"Invalid access token, does not contain scopes:[{', '.join(scopes)}].")
