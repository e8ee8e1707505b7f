"""The table of what needs a person: for each code a title, what happened and what to do next, and which buttons help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _


if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Tone = Literal["ok", "busy", "warning", "error", "neutral"]

#: What a person can press; screens show the buttons in this order.
ACTIONS = ("connect", "keep_here", "new_here", "recreate", "settle", "open_on_zoom", "done", "retry")


@dataclass(frozen=True)
class Advice:
    """A title of two or three words, what happened and what to do next, and which buttons help."""

    title: StrPromise
    sentence: StrPromise
    actions: tuple[str, ...] = ()
    tone: Tone = "error"


ADVICE: Mapping[str, Advice] = {
    "no_number": Advice(
        _("Number missing"),
        _("The lesson is to use an existing meeting, but no number was given. Enter its number or paste its link."),
    ),
    "no_space": Advice(
        _("Not on a site"),
        _("This page belongs to no site, so there is no Zoom account for it. Move it below a site's home page."),
    ),
    "no_host": Advice(
        _("Nobody to host it"),
        _(
            "There is no Zoom meeting yet, because nobody is there to host it: the person who made this page has not "
            "connected a Zoom account in this space. Connect one, or choose another host and publish again."
        ),
        ("connect",),
    ),
    "host_disconnected": Advice(
        _("Host not connected"),
        _(
            "%(host)s is not connected to Zoom any more, so nothing can be done in their name. Ask them to connect "
            "again under My Zoom, or choose another host. Everything else then happens by itself."
        ),
        ("connect",),
    ),
    "host_left": Advice(
        _("Needs a host"),
        _("%(host)s has left, so nobody here can start this lesson. Take it over, or choose another host and publish."),
        ("connect",),
    ),
    "not_connected": Advice(
        _("Space not connected"),
        _(
            "This space has no connection to Zoom yet. An administrator can make one under Settings → Zoom; the lesson "
            "gets its meeting by itself then."
        ),
        ("connect",),
    ),
    "not_set_up": Advice(
        _("Zoom is not set up"),
        _(
            "This site's connection to Zoom is incomplete, so nothing was sent. An administrator can see what is "
            "missing under Settings → Zoom. It is tried again by itself."
        ),
        ("retry",),
    ),
    "authorisation_ended": Advice(
        _("Reconnect needed"),
        _(
            "Zoom does not accept the stored authorisation of %(host)s any more. Connect to Zoom again; the lesson is "
            "then taken up by itself."
        ),
        ("connect", "retry"),
    ),
    "scope_missing": Advice(
        _("Not allowed by the Zoom app"),
        _(
            "The Zoom app of this space is not allowed to do what this lesson needs. Ask an administrator of the space "
            "to add the permission, or try it anyway."
        ),
        ("retry",),
    ),
    "time_missing": Advice(
        _("No date yet"), _("The lesson has no date or no time, so there is no Zoom meeting. Enter both and publish.")
    ),
    "time_nonexistent": Advice(
        _("This time does not exist"),
        _(
            "On %(date)s the clocks in %(zone)s are put forward and never show %(time)s, so no Zoom meeting was made. "
            "Choose another time and publish."
        ),
    ),
    "time_ambiguous": Advice(
        _("This time comes twice"),
        _(
            "On %(date)s the clocks in %(zone)s are put back and show %(time)s twice. The first of the two is taken; "
            "choose another time if you mean the second."
        ),
        tone="warning",
    ),
    "zone_unknown": Advice(
        _("Unknown time zone"),
        _("This site does not know the time zone “%(zone)s”. Choose another one and publish."),
    ),
    "time_past": Advice(
        _("Needs a new date"),
        _("The date of this lesson has passed, so no Zoom meeting was made. Enter a new date and publish."),
        tone="warning",
    ),
    "time_started": Advice(
        _("Starts at once"),
        _("The lesson should already have begun. Zoom will show the meeting as starting now."),
        tone="warning",
    ),
    "title_shortened": Advice(
        _("Long title"),
        _("Zoom shows the first %(length)s characters of the title. This page keeps the whole of it."),
        tone="warning",
    ),
    "agenda_shortened": Advice(
        _("Long agenda"),
        _("Zoom takes %(length)s characters of agenda, the lesson's address included; the rest is left out there."),
        tone="warning",
    ),
    "basic_host": Advice(
        _("Ends after 40 minutes"),
        _(
            "%(host)s has a free Zoom plan, and Zoom ends its meetings after %(limit)s minutes. This lesson is planned for "
            "%(minutes)s. Plan a shorter one, or choose a host with a licence."
        ),
        tone="warning",
    ),
    "registration_needs_licence": Advice(
        _("No registration"),
        _(
            "%(host)s has a free Zoom plan, and Zoom offers registration to licensed hosts only. Learners join without "
            "registering. Choose another host to have it."
        ),
        tone="warning",
    ),
    "registration_needs_scope": Advice(
        _("No registration"),
        _(
            "The Zoom app of this space is not allowed to register people, so learners join without registering. An "
            "administrator can add the permission."
        ),
        tone="warning",
    ),
    "create_in_doubt": Advice(
        _("Look on Zoom, please"),
        _(
            "Zoom did not answer when the meeting was made, and this site is not allowed to look for it. Look among the "
            "meetings of %(host)s on Zoom for “%(topic)s” on %(start)s. Then say whether it is there."
        ),
        ("settle",),
    ),
    "change_by_hand": Advice(
        _("Zoom still shows the old version"),
        _(
            "Zoom still shows %(shown)s. Your learners are not affected: this page tells them what holds now, and the "
            "same link works. To change Zoom's own calendar, open the meeting on Zoom, change it there, and press Done."
        ),
        ("open_on_zoom", "done"),
        "warning",
    ),
    "cancel_by_hand": Advice(
        _("Zoom still shows the meeting"),
        _(
            "Zoom still shows %(shown)s. Your learners are not affected: this site lets nobody join any more. To clear "
            "Zoom's own calendar, open the meeting on Zoom, delete it there, and press Done."
        ),
        ("open_on_zoom", "done"),
        "warning",
    ),
    "gone": Advice(
        _("Deleted on Zoom"),
        _(
            "The meeting was deleted on Zoom, so nobody can join. Make a new one here with one click, or unpublish the "
            "lesson."
        ),
        ("recreate",),
    ),
    "number_unknown": Advice(
        _("Zoom does not know this number"),
        _(
            "Zoom has no meeting or webinar with the number %(number)s, or it belongs to another Zoom account. Check "
            "the number, change it here, and publish."
        ),
        ("retry",),
    ),
    "other_space": Advice(
        _("Belongs to another space"),
        _(
            "The meeting %(number)s is in use in another space of this site and cannot be used here. Choose another "
            "one, or let this lesson have a meeting of its own."
        ),
    ),
    "cannot_read": Advice(
        _("Zoom may not be asked"),
        _(
            "This site is not allowed to read the meeting %(number)s from Zoom, so it does not know its time and link. "
            "An administrator can add the permission."
        ),
        ("retry",),
    ),
    "host_gone": Advice(
        _("Host not on Zoom"),
        _(
            "Zoom does not know %(host)s as a host any more: they left the Zoom account, or never accepted its "
            "invitation. Choose another host and publish; the lesson then gets a meeting there."
        ),
        ("retry",),
    ),
    "no_licence": Advice(
        _("Licence missing"),
        _(
            "The Zoom plan of %(host)s does not include this. A webinar needs Zoom's webinar add-on for its host. "
            "Choose another host or a meeting instead of a webinar, or ask the administrator of the Zoom account."
        ),
        ("retry",),
    ),
    "not_permitted": Advice(
        _("Not permitted on Zoom"),
        _(
            "Zoom does not permit this for %(host)s. Choose another host, or ask the administrator of the Zoom "
            "account, and try again."
        ),
        ("retry",),
    ),
    "no_scheduling_privilege": Advice(
        _("Scheduling privilege missing"),
        _(
            "Zoom does not let this site schedule for %(host)s. They have to give the scheduling privilege at Zoom to the "
            "person who made the Zoom app. Then try again, or choose another host."
        ),
        ("retry",),
    ),
    "refused": Advice(
        _("Zoom refused it"),
        _("Zoom did not accept this lesson: %(reason)s Change it and publish again, or try again as it is."),
        ("retry",),
    ),
    "daily_limit": Advice(
        _("Zoom's limit for today"),
        _(
            "Zoom takes at most 100 new or changed meetings per host and day, and %(host)s has reached that. It goes "
            "on by itself at %(until)s."
        ),
        tone="warning",
    ),
    "not_reached": Advice(
        _("Zoom does not answer"),
        _(
            "Zoom has not answered properly since %(since)s. Nothing is lost: it is tried again by itself. There is "
            "nothing that you have to do."
        ),
        ("retry",),
        "warning",
    ),
    "secret_unreadable": Advice(
        _("Encryption key missing"),
        _(
            "This site cannot store or read the meeting's links, because its encryption key is missing or was changed. "
            "Whoever runs the site has to put it back; nothing is lost until then."
        ),
        ("retry",),
    ),
    "decided_against": Advice(
        _("Not made, as decided"),
        _("An administrator decided not to make this meeting. Publish the lesson again if it should have one."),
        tone="neutral",
    ),
    "kept_on_zoom": Advice(
        _("Kept on Zoom, as decided"),
        _("An administrator decided to leave this meeting on Zoom. It can be deleted there by hand."),
        ("open_on_zoom",),
        "neutral",
    ),
}
