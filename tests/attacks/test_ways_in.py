"""Join by other ways than the lesson's own page: other languages and hosts, old links, decisions that were taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from wagtail.models import Locale, PageViewRestriction

from tests.frontend.lessons import JOIN_URL, address, lesson_at, state_of, visitor
from tests.schools import make_space, make_user
from wagtail_zoom.models import JoinClick, Meeting, RecordingFile, Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import encryption, registrants
from wagtail_zoom.services.registrants import guest_links


@pytest.fixture(autouse=True)
def _at_the_start(desk: Any, clocks: Any) -> None:
    encryption.encrypt_field(desk.meeting, "join_url", JOIN_URL)
    desk.meeting.save()
    clocks.set(desk.meeting.starts_at)


def leads_to_zoom(answer: Any) -> bool:
    return "/w/" in answer.get("Location", "") or "zoom.us" in answer.get("Location", "")


def registered(desk: Any, user: Any) -> Any:
    registrants.register(desk.meeting, [registrants.of_user(user)], source="self")
    desk.work()
    return user


def let_everybody_in_on_zoom(desk: Any) -> None:
    known = Meeting.objects.get(pk=desk.meeting.pk).actual_payload
    Meeting.objects.update(actual_payload={**known, "settings.approval_type": 2})


# Decisions about people


@pytest.mark.parametrize("zoom_has_registration", [True, False])
@pytest.mark.parametrize("wanted", ["approved", "waiting"])
def test_who_was_turned_down_is_out_at_once_and_whatever_zoom_does(desk, wanted, zoom_has_registration):
    lesson = lesson_at(desk, approval="by_hand" if wanted == "waiting" else "everyone")
    browser = visitor(lesson, make_user("learner.one"))
    browser.post(address("register", lesson))
    desk.work()
    assert leads_to_zoom(browser.get(address("join", lesson))) is (wanted == "approved")
    tag = browser.get(address("state", lesson))["ETag"]
    registrants.deny(Registrant.objects.all())
    if not zoom_has_registration:
        let_everybody_in_on_zoom(desk)

    assert not leads_to_zoom(browser.get(address("join", lesson)))
    told = browser.get(address("state", lesson), headers={"if-none-match": tag})
    assert (told.status_code, told.json()["code"]) == (200, "denied")


def test_where_a_person_decides_nobody_walks_in_though_zoom_would_let_them(desk):
    lesson = lesson_at(desk, audience=Audience.EVERYBODY, approval="by_hand")
    waiting, approved = make_user("learner.one"), make_user("learner.two")
    visitor(lesson, waiting).post(address("register", lesson))
    registrants.register(desk.meeting, [registrants.of_user(approved)], source="editor")
    desk.work()
    let_everybody_in_on_zoom(desk)
    recording = RecordingFile(meeting=desk.meeting, kind="MP4", is_shown=True)
    encryption.encrypt_field(recording, "play_url", "https://zoom.us/rec/play/x")
    recording.save()

    for person, comes_in in ((None, False), (make_user("new"), False), (waiting, False), (approved, True)):
        browser = visitor(lesson, person)
        assert leads_to_zoom(browser.get(address("join", lesson))) is comes_in
        assert leads_to_zoom(browser.get(address("recording", lesson, recording.uid))) is comes_in


def test_a_guests_address_dies_with_their_place_and_opens_no_lesson_for_members(desk):
    lesson = lesson_at(desk, audience=Audience.EVERYBODY)
    members = lesson_at(desk, audience=Audience.LOGGED_IN, title="Members")
    registrants.register(desk.meeting, [registrants.Person("guest@x.example", "Guest")], source="self")
    desk.work()
    row = Registrant.objects.get()
    token = guest_links.token_of(row)
    browser = visitor(lesson)
    assert leads_to_zoom(browser.get(address("guest", lesson, token)))
    assert "/login/" in browser.get(address("guest", members, token))["Location"]
    for variant in (token.upper(), token + "=", token.replace(":", "%3A%3A"), f"{row.uid}:{token.partition(':')[2]}"):
        assert browser.get(address("guest", lesson, variant)).status_code == 404

    registrants.deny([row])
    assert not leads_to_zoom(browser.get(address("guest", lesson, token)))
    browser.post(address("guest_register", lesson, token))
    browser.post(address("register", lesson), {"email": "GUEST@x.example", "name": "Guest"})
    assert Registrant.objects.get().wanted == "denied"
    assert not leads_to_zoom(browser.get(address("guest", lesson, token)))


def test_another_persons_row_is_not_chosen_by_anything_in_the_request(desk):
    lesson = lesson_at(desk)
    owner, thief = registered(desk, make_user("learner.one")), make_user("learner.two")
    row = Registrant.objects.get(user=owner)
    chosen = {"token": guest_links.token_of(row), "guest": row.pk, "registrant_id": row.registrant_id}
    chosen |= {"email": owner.email, "user": owner.pk, "uid": row.uid, "as-participant": ""}
    browser = visitor(lesson, thief)
    own_link = visitor(lesson, owner).get(address("join", lesson))["Location"]

    for where in ("join", "state", "register"):
        assert own_link not in str(browser.get(address(where, lesson), chosen).headers)
    browser.post(address("register", lesson), chosen)
    browser.post(address("cancel", lesson), chosen)
    assert Registrant.objects.get(pk=row.pk).wanted == "approved"


# Other languages and hosts


@pytest.fixture
def translated(desk: Any, settings: Any) -> Any:
    """Return a lesson in German, an alias of the English one; the languages are trees side by side, as Wagtail has them."""
    settings.WAGTAIL_I18N_ENABLED = True
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "German")]
    cache.clear()
    german = Locale.objects.create(language_code="de")
    desk.meeting.site.root_page.copy_for_translation(german).save_revision().publish()
    return lesson_at(desk).copy_for_translation(german, alias=True)


def test_a_lesson_in_another_language_is_joined_on_its_own_site_only(desk, translated):
    user = registered(desk, make_user("learner.one"))
    make_space("other.example", "Other")
    browser = visitor(translated, user)
    assert leads_to_zoom(browser.get(address("join", translated)))
    assert state_of(browser, translated)["code"] == "open"
    for host in ("other.example", "nobody.example", "everything.example.evil.example"):
        for where in ("join", "state", "calendar", "register"):
            assert browser.get(address(where, translated), headers={"host": host}).status_code == 404


@pytest.mark.parametrize("kind", ["login", "groups", "password"])
@pytest.mark.parametrize("on_the_tree", [True, False])
def test_what_guards_a_translation_guards_its_join(desk, translated, kind, on_the_tree):
    user = registered(desk, make_user("learner.one"))
    # An alias has the guards of its original, says Wagtail, and those of the tree that it stands in.
    guarded = translated.get_parent() if on_the_tree else translated.alias_of
    restriction = PageViewRestriction.objects.create(page=guarded, restriction_type=kind, password="secret")
    restriction.groups.add(Group.objects.create(name="Others"))
    browser = visitor(translated, None if kind == "login" else user)
    for where in ("join", "start", "register", "cancel"):
        for method in ("get", "post"):
            assert not leads_to_zoom(getattr(browser, method)(address(where, translated)))
    assert browser.get(address("state", translated)).status_code == 403
    assert Registrant.objects.get().wanted == "approved"
    assert not JoinClick.objects.exists()
