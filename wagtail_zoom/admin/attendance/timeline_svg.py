"""Who was there when, drawn on the server as SVG: no script, no inline style, readable without colour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


#: Name, host or not, stretches in epoch seconds.
Stay = tuple[str, bool, list[tuple[int, int]]]

WIDTH = 960
NAMES = 200
ROW = 18
CURVE = 90
AXIS = 26
LONGEST_NAME = 28

#: Room on the right for half of the last time on the axis.
MARGIN = 20

#: Minutes between marks on the axis: the first that leaves at most twelve.
STEPS = (1, 5, 10, 15, 30, 60, 120, 240, 480)


def counts(stays: Iterable[Stay]) -> list[tuple[int, int]]:
    """Return how many were there from which second on: (epoch second, number of people), ordered."""
    changes: dict[int, int] = {}
    for _name, _host, stretches in stays:
        for begin, end in stretches:
            changes[begin] = changes.get(begin, 0) + 1
            changes[end] = changes.get(end, 0) - 1
    present, steps = 0, []
    for second in sorted(changes):
        present += changes[second]
        steps.append((second, present))
    return steps


def presence_picture(stays: Sequence[Stay], zone: ZoneInfo) -> SafeString:
    """Return a picture of the lesson: a curve of how many were there, and a bar per person below it.

    Names are escaped and cut; the whole name stands in the bar's title. Times are shown in ``zone``. '' for nobody.
    """
    steps = counts(stays)
    if not steps:
        return SafeString("")
    begin, end = steps[0][0], max(steps[-1][0], steps[0][0] + 60)
    scale = (WIDTH - NAMES - MARGIN) / (end - begin)
    height = CURVE + AXIS + ROW * len(stays) + 10
    return format_html(
        '<svg class="wz-presence" viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
        "<desc>{}</desc>{}{}{}</svg>",
        WIDTH,
        height,
        _("Who was there when"),
        _describe(stays, steps, zone),
        _curve(steps, begin, scale),
        _axis(begin, end, scale, height, zone),
        _bars(stays, begin, scale, zone),
    )


def _describe(stays: Sequence[Stay], steps: Sequence[tuple[int, int]], zone: ZoneInfo) -> str:
    most = max(present for _second, present in steps)
    when = next(second for second, present in steps if present == most)
    people = ngettext("%(count)d person", "%(count)d people", len(stays)) % {"count": len(stays)}
    return _("From %(from)s to %(to)s: %(people)s. Most at once: %(most)d, at %(when)s.") % {
        "people": people,
        "from": _clock(steps[0][0], zone),
        "to": _clock(steps[-1][0], zone),
        "most": most,
        "when": _clock(when, zone),
    }


def _curve(steps: Sequence[tuple[int, int]], begin: int, scale: float) -> SafeString:
    most = max(present for _second, present in steps) or 1
    points: list[str] = [f"{NAMES},{CURVE}"]
    before = 0
    for second, present in steps:
        x = _x(second, begin, scale)
        points.append(f"{x:.1f},{_y(before, most):.1f}")
        points.append(f"{x:.1f},{_y(present, most):.1f}")
        before = present
    return format_html(
        '<text x="0" y="14" class="wz-presence__label">{}</text>'
        '<text x="{}" y="14" class="wz-presence__label" text-anchor="end">{}</text>'
        '<polyline points="{}" class="wz-presence__curve"/>',
        _("How many were there"),
        NAMES - 8,
        most,
        " ".join(points),
    )


def _axis(begin: int, end: int, scale: float, height: int, zone: ZoneInfo) -> SafeString:
    marks = (
        (f"{_x(second, begin, scale):.1f}", CURVE, height - 10, CURVE + 16, _clock(second, zone))
        for second in _marks(begin, end)
    )
    return format_html_join(
        "",
        '<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" class="wz-presence__mark"/>'
        '<text x="{0}" y="{3}" text-anchor="middle" class="wz-presence__label">{4}</text>',
        marks,
    )


def _bars(stays: Sequence[Stay], begin: int, scale: float, zone: ZoneInfo) -> SafeString:
    return format_html_join("", "<g><title>{}</title>{}{}</g>", _rows(stays, begin, scale, zone))


def _rows(
    stays: Sequence[Stay], begin: int, scale: float, zone: ZoneInfo
) -> Iterator[tuple[str, SafeString, SafeString]]:
    for number, (name, is_host, stretches) in enumerate(stays):
        y = CURVE + AXIS + ROW * number
        called = _("%(name)s (host)") % {"name": name} if is_host else name
        cut = called if len(called) <= LONGEST_NAME else called[: LONGEST_NAME - 1] + "…"
        times = ", ".join(f"{_clock(one, zone)}–{_clock(two, zone)}" for one, two in stretches)
        label = format_html('<text x="0" y="{}" class="wz-presence__label">{}</text>', y + 12, cut)
        bars = format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="10" rx="2" class="{}"/>',
            (
                (
                    f"{_x(one, begin, scale):.1f}",
                    y + 3,
                    f"{max(1.0, (two - one) * scale):.1f}",
                    "wz-presence__host" if is_host else "wz-presence__bar",
                )
                for one, two in stretches
            ),
        )
        yield f"{called}: {times}", label, bars


def _marks(begin: int, end: int) -> range:
    step = next((minutes for minutes in STEPS if (end - begin) / 60 / minutes <= 12), STEPS[-1]) * 60
    return range(-(-begin // step) * step, end + 1, step)


def _x(second: int, begin: int, scale: float) -> float:
    return NAMES + (second - begin) * scale


def _y(present: int, most: int) -> float:
    return CURVE - (CURVE - 20) * present / most


def _clock(second: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(second, zone).strftime("%H:%M")
