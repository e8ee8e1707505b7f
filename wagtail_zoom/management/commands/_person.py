"""How the commands about one person are told who is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _


def add_person_arguments(parser: CommandParser) -> None:
    """Ask for a user name, an e-mail address, or both."""
    parser.add_argument("--user", default="", help=_("The person's user name on this site."))
    parser.add_argument("--email", default="", help=_("The e-mail address the person registered with."))


def person_from(options: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the user (or None) and the address ('' if none). Raises CommandError when nobody is named or known."""
    if not options["user"] and not options["email"]:
        raise CommandError(_("Say who: --user, --email, or both."))
    if not options["user"]:
        return None, options["email"]
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(options["user"]), options["email"]
    except model.DoesNotExist as error:
        raise CommandError(_('There is no user called "%(name)s".') % {"name": options["user"]}) from error
