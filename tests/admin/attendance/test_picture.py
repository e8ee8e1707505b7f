from __future__ import annotations

from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from wagtail_zoom.admin.attendance.timeline_svg import counts, presence_picture


BERLIN = ZoneInfo("Europe/Berlin")
TEN = 1795255200  # 2026-11-21 10:00 UTC, 11:00 in Berlin


def test_the_curve_counts_who_is_there_at_each_change():
    stays = [("a", False, [(TEN, TEN + 600)]), ("b", False, [(TEN + 300, TEN + 900)])]
    assert counts(stays) == [(TEN, 1), (TEN + 300, 2), (TEN + 600, 1), (TEN + 900, 0)]


def test_nobody_there_is_no_picture():
    assert presence_picture([], BERLIN) == ""


def test_a_hostile_name_stays_text():
    name = '"><script>alert(1)</script><a href="javascript:x">'
    svg = presence_picture([(name, False, [(TEN, TEN + 600)])], BERLIN)
    tree = ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert not [node for node in tree.iter() if node.tag.endswith(("script", "}a"))]
    assert name in "".join(tree.itertext())


def test_the_picture_reads_aloud_in_the_lesson_s_zone():
    svg = presence_picture([("Learner One", False, [(TEN, TEN + 3600)])], BERLIN)
    description = next(node for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("desc")).text
    assert description == "From 11:00 to 12:00: 1 person. Most at once: 1, at 11:00."


def test_five_hundred_people_are_drawn_in_less_than_300_kb():
    stays = [
        (f"Learner {number:03}", False, [(TEN + number, TEN + 1800), (TEN + 1900, TEN + 3600)]) for number in range(500)
    ]
    svg = presence_picture(stays, BERLIN)
    assert len(svg.encode()) < 300_000
    ElementTree.fromstring(svg)


def test_the_picture_needs_no_inline_style_or_script():
    svg = presence_picture([("Learner One", True, [(TEN, TEN + 60)])], BERLIN)
    assert "style=" not in svg
    assert "<style" not in svg
    assert "on" + "load" not in svg
