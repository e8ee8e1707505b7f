"""Settings of the package: one dict, ``WAGTAIL_ZOOM``, read at every use so that tests may override it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings


ZOOM_API_URL = "https://api.zoom.us/v2"
ZOOM_OAUTH_URL = "https://zoom.us/oauth"
#: What ``wagtail start`` writes into the settings of a new project: nobody's address.
PLACEHOLDER = "http://example.com"
#: What is sent there does not leave the machine; the simulator serves nowhere else.
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class SpaceCredentials:
    """Credentials of one space that its operators keep in the environment rather than in the database."""

    kind: str
    client_id: str
    client_secret: str
    account_id: str = ""
    webhook_secret: str = ""

    def __repr__(self) -> str:
        """Show who it is, never the secrets."""
        return f"SpaceCredentials(kind={self.kind!r}, client_id={self.client_id!r})"


def _setting(name: str, default: Any) -> Any:
    return getattr(settings, "WAGTAIL_ZOOM", {}).get(name, default)


def api_url() -> str:
    """``API_URL``: where the REST API lives, without a trailing slash."""
    return str(_setting("API_URL", ZOOM_API_URL)).rstrip("/")


def oauth_url() -> str:
    """``OAUTH_URL``: where authorize, token and revoke live, without a trailing slash."""
    return str(_setting("OAUTH_URL", ZOOM_OAUTH_URL)).rstrip("/")


def secret_hosts() -> frozenset[str]:
    """``ALLOW_SECRETS_TO``: hosts besides Zoom's own, by name, to which client secrets may be sent.

    Without it this machine's own may have them, so that a simulator needs its addresses and nothing else.
    """
    return frozenset(_setting("ALLOW_SECRETS_TO", THIS_MACHINE))


def encryption_keys() -> Sequence[str]:
    """``ENCRYPTION_KEYS``: Fernet keys, the newest first; what was sealed with any of them can be opened."""
    keys = _setting("ENCRYPTION_KEYS", ())
    return [keys] if isinstance(keys, str) and keys else [key for key in keys if key]


def lms_adapter() -> str:
    """``LMS_ADAPTER``: dotted path of the class that answers for the LMS."""
    return str(_setting("LMS_ADAPTER", "wagtail_zoom.contrib.adapters.AnyLoggedInUser"))


def lms_options() -> Mapping[str, Any]:
    """``LMS_OPTIONS``: keyword arguments for the adapter."""
    return dict(_setting("LMS_OPTIONS", {}))


def lms_deadline() -> float:
    """``LMS_DEADLINE``: seconds that the adapter may take to name everybody who is enrolled in a lesson."""
    return float(_setting("LMS_DEADLINE", 20.0))


def is_paused() -> bool:
    """``PAUSED``: nothing is written to Zoom anywhere in this installation while it is true."""
    return bool(_setting("PAUSED", False))


def base_url() -> str:
    """``BASE_URL``: scheme and host of this installation as Zoom and mail readers reach it; '' if not set."""
    of_admin = str(getattr(settings, "WAGTAILADMIN_BASE_URL", "") or "").rstrip("/")
    return str(_setting("BASE_URL", "") or "").rstrip("/") or ("" if of_admin == PLACEHOLDER else of_admin)


def call_deadline() -> float:
    """``CALL_DEADLINE``: seconds that one call to Zoom may take in all."""
    return float(_setting("CALL_DEADLINE", 8.0))


def click_deadline() -> float:
    """``CLICK_DEADLINE``: seconds that a person who clicked may be kept waiting for Zoom."""
    return float(_setting("CLICK_DEADLINE", 10.0))


def join_opens_before() -> int:
    """``JOIN_OPENS_BEFORE``: minutes before the start from which Join is open."""
    return int(_setting("JOIN_OPENS_BEFORE", 15))


def join_closes_after() -> int:
    """``JOIN_CLOSES_AFTER``: minutes after the planned end until which Join is open."""
    return int(_setting("JOIN_CLOSES_AFTER", 60))


def refusals_per_minute() -> int:
    """``REFUSALS_PER_MINUTE``: how often a minute one address or user may knock at doors in vain; 0: no limit."""
    return int(_setting("REFUSALS_PER_MINUTE", 60))


def trusted_proxies() -> int:
    """``TRUSTED_PROXIES``: how many proxies of your own stand before this site, each adding to X-Forwarded-For."""
    return int(_setting("TRUSTED_PROXIES", 0))


def guests_per_sender() -> int:
    """``GUESTS_PER_SENDER``: how many times an hour one network address may ask for a guest's way in; 0: no limit."""
    return int(_setting("GUESTS_PER_SENDER", 60))


def guests_per_lesson() -> int:
    """``GUESTS_PER_LESSON``: how many guests an hour one meeting takes in."""
    return int(_setting("GUESTS_PER_LESSON", 300))


def mass_meetings() -> int:
    """``MASS_MEETINGS``: one act over more meetings than this waits for a person's yes."""
    return int(_setting("MASS_MEETINGS", 20))


def mass_people() -> int:
    """``MASS_PEOPLE``: one act that de-registers more people than this waits for a person's yes."""
    return int(_setting("MASS_PEOPLE", 100))


def mail_about_problems() -> bool:
    """``MAIL_ABOUT_PROBLEMS``: whether hosts and owners are written to when a lesson has no meeting."""
    return bool(_setting("MAIL_ABOUT_PROBLEMS", True))


def retention_days() -> int:
    """``RETENTION_DAYS``: days after a lesson's end for which registrants, attendance and clicks are kept."""
    return int(_setting("RETENTION_DAYS", 365))


def inbox_days() -> int:
    """``INBOX_DAYS``: days for which webhook deliveries are kept."""
    return int(_setting("INBOX_DAYS", 30))


def space_names() -> Sequence[str]:
    """Return the names in ``SPACES``: "hostname:port", or a host name alone."""
    return list(_setting("SPACES", {}))


def space_credentials(hostname: str, port: int, *, by_name_alone: bool = True) -> SpaceCredentials | None:
    """Return what ``SPACES`` says of the space ``hostname:port``, or else of ``hostname`` alone; None if nothing.

    ``by_name_alone`` is false where several spaces have this host name, so that the name alone means none of them.
    """
    spaces: Mapping[str, Mapping[str, str]] = _setting("SPACES", {})
    entry = spaces.get(f"{hostname}:{port}") or (spaces.get(hostname) if by_name_alone else None)
    if not entry:
        return None
    known = {key.lower(): str(value) for key, value in entry.items()}
    account_id = known.get("account_id", "")
    return SpaceCredentials(
        kind=known.get("kind") or ("server_to_server" if account_id else "general"),
        client_id=known.get("client_id", ""),
        client_secret=known.get("client_secret", ""),
        account_id=account_id,
        webhook_secret=known.get("webhook_secret", ""),
    )
