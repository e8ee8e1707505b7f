"""Everything that can go wrong with Zoom, as one tree.

Each error has two faces: ``user_message``, a translated sentence for people that says what happened and what to do
next, and ``detail``, one line for logs from which addresses' queries, tokens and e-mail addresses are cut.
"""

from __future__ import annotations

import datetime as dt
import re
import traceback
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Missing = Literal["meeting", "user", "registrant", "recording", "report"]
LimitScope = Literal["second", "daily", "user"]

_QUERY = re.compile(r"[?#&][^\s\"'<>]*=[^\s\"'<>]*")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9_\-+=.]{40,}")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:\[\]]+@[^\s@<>\"'(),;:\[\]]+")
_LONGEST_TEXT = 500


def redact(text: object) -> str:
    """Return ``text`` on one line of at most 500 characters, without queries, long tokens and e-mail addresses."""
    line = " ".join(str(text).split())[: _LONGEST_TEXT * 2]
    line = _QUERY.sub("?…", line)
    line = _EMAIL.sub("…@…", line)
    return _LONG_TOKEN.sub("…", line)[:_LONGEST_TEXT]


def trace_of(error: BaseException) -> str:
    """Return where ``error`` happened, for keeping: places and names, and its words only if they are ours.

    Other people's words may quote what they choked on.
    """
    places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    words = f": {redact(error)}" if isinstance(error, ZoomError) else ""
    return "\n".join([*places, f"{type(error).__name__}{words}"])


class FieldError(NamedTuple):
    """One entry of Zoom's ``errors`` list: which field, and Zoom's own English words about it."""

    field: str
    message: str


class ZoomError(Exception):
    """Anything that went wrong with Zoom.

    ``retryable`` says whether the same call may succeed later with nothing changed by anybody; whether it is *safe* to
    repeat a write is another question, which :func:`in_doubt` answers.
    """

    retryable: ClassVar[bool] = False
    default_message: ClassVar[StrPromise] = _("Something went wrong with Zoom. Try again in a few minutes.")

    def __init__(self, detail: str = "", *, user_message: StrPromise | str | None = None) -> None:
        self.detail = redact(detail)
        self.user_message: StrPromise | str = self.default_message if user_message is None else user_message
        super().__init__(self.detail or type(self).__name__)


class ZoomConfigurationError(ZoomError, ImproperlyConfigured):
    """Credentials are missing, cannot be opened, or would go to an address that nobody has allowed."""

    default_message = _(
        "Zoom is not set up completely on this site. An administrator can see what is missing under Settings → Zoom."
    )


class ZoomTransportError(ZoomError):
    """No complete answer came back: DNS, refused, TLS, reset or timeout.

    ``sent`` is False only if not one byte of the request can have reached Zoom; otherwise whether Zoom did what was
    asked is unknown.
    """

    retryable = True
    default_message = _("Zoom could not be reached. Nothing is lost: it will be tried again.")
    unknown_message = _("Zoom did not answer. Whether it did what was asked is not known yet; this will be looked up.")

    def __init__(
        self,
        detail: str = "",
        *,
        sent: bool = True,
        timed_out: bool = False,
        user_message: StrPromise | str | None = None,
    ) -> None:
        super().__init__(detail, user_message=user_message or (self.unknown_message if sent else None))
        self.sent = sent
        self.timed_out = timed_out


class ZoomResponseError(ZoomError):
    """Zoom answered with success, but not in a shape that can be understood (half an answer, HTML, a redirect)."""

    retryable = True
    default_message = _("Zoom's answer could not be understood. It will be tried again; if it stays so, tell support.")


class ZoomAPIError(ZoomError):
    """Zoom answered, and refused.

    ``status`` is the HTTP status, ``code`` Zoom's own number (None where it gave none), ``message`` Zoom's English
    words with addresses' queries and tokens cut, ``tracking_id`` what Zoom's support asks for, ``operation`` the
    method and the path with placeholders.
    """

    default_message = _("Zoom refused this, and gave the reason: “{words}”")

    def __init__(
        self,
        status: int = 0,
        code: int | None = None,
        message: str = "",
        field_errors: tuple[FieldError, ...] = (),
        tracking_id: str = "",
        *,
        operation: str = "",
        user_message: StrPromise | str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = redact(message)
        self.field_errors = tuple(FieldError(name, redact(words)) for name, words in field_errors)
        self.tracking_id = tracking_id[:100]
        self.operation = operation
        if user_message is None:
            user_message = format_lazy(self.default_message, words=self._words())
        super().__init__(self._describe(), user_message=user_message)

    def _words(self) -> str:
        """Return what Zoom said, in English as it comes."""
        fields = "; ".join(f"{name}: {words}" if name else words for name, words in self.field_errors)
        return fields or self.message or str(self.code or self.status)

    def _describe(self) -> str:
        parts = [f"{self.operation or 'Zoom'}: {self.status}"]
        if self.code is not None:
            parts.append(f"code {self.code}")
        if self.message:
            parts.append(self.message)
        if self.field_errors:
            parts.append(self._words())
        if self.tracking_id:
            parts.append(f"tracking {self.tracking_id}")
        return ", ".join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        # Queues and test runners pickle exceptions; the generic way would call __init__ with the detail as status.
        return type(self), (), self.__dict__


class ZoomAuthenticationError(ZoomAPIError):
    """The access token or the app's credentials are not accepted; ``error`` is OAuth's own name for it, if given."""

    default_message = _("Zoom does not accept the stored authorisation. Open Settings → Zoom and test the connection.")
    error: str = ""


class ZoomGrantDead(ZoomAuthenticationError):
    """The refresh token is used up, revoked or expired: only the person can authorise again."""

    default_message = _("The authorisation for Zoom has ended. Connect to Zoom again.")


class ZoomScopeError(ZoomAPIError):
    """The token lacks a scope; any one name of ``missing`` is enough. Empty where Zoom did not name them."""

    default_message = _(
        "The Zoom app is not allowed to do this. Its owner can add the missing scope in the Zoom Marketplace and "
        "then connect again."
    )

    def __init__(self, *args: Any, missing: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.missing = missing


class ZoomPermissionError(ZoomAPIError):
    """The person or account behind the token may not do this, whatever its scopes."""

    default_message = _(
        "Zoom does not permit this for the connected person, whatever the app may do: their Zoom role lacks the "
        "permission. The administrator of the Zoom account can give it at zoom.us under “User Management” → “Roles”."
    )


class ZoomSchedulingRefused(ZoomPermissionError):
    """The account behind the token may not schedule for this host, who has to give it the privilege."""

    default_message = _(
        "Zoom does not let the connected account schedule for this host. The host has to give it the scheduling privilege "
        "at Zoom."
    )


class ZoomLicenceError(ZoomAPIError):
    """The host's plan does not include this: no webinar add-on, a free account, or hosting switched off."""

    default_message = _(
        "The host's Zoom plan does not include this. Choose another host, or ask the administrator of the Zoom "
        "account for the licence."
    )


class ZoomNotFound(ZoomAPIError):
    """What the call was about does not exist (any more), or not in this account; ``what`` says which thing."""

    messages: ClassVar[dict[str, StrPromise]] = {
        "meeting": _("Zoom does not know this meeting. It was deleted there, has expired, or belongs to someone else."),
        "user": _("Zoom does not know this host. The person left the Zoom account or never accepted its invitation."),
        "registrant": _("Zoom does not know this registration. It was deleted there."),
        "recording": _("Zoom has no recording of this meeting."),
        "report": _("Zoom keeps no report for this meeting: it is too old."),
    }

    def __init__(self, *args: Any, what: Missing = "meeting", **kwargs: Any) -> None:
        kwargs.setdefault("user_message", self.messages[what])
        super().__init__(*args, **kwargs)
        self.what: Missing = what


class ZoomValidationError(ZoomAPIError):
    """Zoom did not accept a value; ``field_errors`` names the fields where Zoom does."""

    default_message = _("Zoom did not accept one of the values. It said: “{words}”")


class ZoomPageExpired(ZoomValidationError):
    """A list was read too slowly and Zoom forgot the place (after 15 minutes): the whole list must be read again."""

    retryable = True
    default_message = _("Reading a long list from Zoom took too long. It will be read again from the start.")


class ZoomWrongKind(ZoomAPIError):
    """The number is a webinar's where a meeting was meant."""

    default_message = _("This number belongs to a webinar. Choose “webinar” instead of “meeting”.")


class ZoomRegistrationOff(ZoomAPIError):
    """Registration has not been switched on for this meeting."""

    default_message = _("Registration is not switched on for this Zoom meeting.")


class ZoomRegistrationClosed(ZoomAPIError):
    """Registration was on, and has been closed."""

    default_message = _("Registration for this Zoom meeting has been closed.")


class ZoomFull(ZoomAPIError):
    """No more people fit into the meeting."""

    default_message = _("This Zoom meeting is full: its plan does not admit more people.")


class ZoomHostCannotRegister(ZoomAPIError):
    """The e-mail address is the host's, an alternative host's or a panelist's, who come in without registering."""

    default_message = _("This person is a host or panelist of the meeting on Zoom and needs no registration.")


class ZoomOver(ZoomAPIError):
    """The meeting has ended."""

    default_message = _("This meeting is over, so Zoom takes no more registrations.")


class ZoomNotLive(ZoomAPIError):
    """What was to be ended is not running: it never began, or is over already."""

    default_message = _("This meeting is not running on Zoom: it is over already.")


class ZoomWrongMeetingType(ZoomAPIError):
    """Registering many at once works only for a single scheduled meeting or webinar."""

    default_message = _("Zoom registers many people at once only for single scheduled meetings: add them one by one.")


class ZoomRateLimited(ZoomAPIError):
    """Zoom asks to wait.

    ``scope`` says what is used up: the account's ``second``, the account's day (``daily``), or the allowance of one
    host or registrant (``user``). ``retry_at`` is the instant (aware, UTC) from which it makes sense to try again.
    """

    retryable = True
    default_message = _("Zoom is busy with requests of this account just now. It will be tried again.")
    day_message = _("Zoom's limit for today has been reached. It will be tried again when Zoom allows it.")

    def __init__(
        self, *args: Any, retry_at: dt.datetime | None = None, scope: LimitScope = "second", **kwargs: Any
    ) -> None:
        if scope != "second":
            kwargs.setdefault("user_message", self.day_message)
        super().__init__(*args, **kwargs)
        self.retry_at = retry_at
        self.scope: LimitScope = scope


class ZoomServerError(ZoomAPIError):
    """Zoom, or something between here and Zoom, failed: 5xx, or a refusal that is not Zoom's JSON."""

    retryable = True
    default_message = _("Zoom has a problem of its own just now. Nothing is lost: it will be tried again.")


class ZoomWebhookError(ZoomError, SuspiciousOperation):
    """A delivery cannot be trusted or read; ``status`` is the HTTP status to answer with."""

    default_message = _("A message that claims to come from Zoom was not accepted.")

    def __init__(self, detail: str = "", *, status: int = 401, user_message: StrPromise | str | None = None) -> None:
        super().__init__(detail, user_message=user_message)
        self.status = status


def in_doubt(error: BaseException) -> bool:
    """Tell whether a write that ended with ``error`` may nevertheless have been carried out by Zoom.

    Certainly not carried out: what was never sent, and whatever Zoom refused in its own JSON.
    """
    if isinstance(error, ZoomTransportError):
        return error.sent
    return isinstance(error, ZoomServerError | ZoomResponseError)
