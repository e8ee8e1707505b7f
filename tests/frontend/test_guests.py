"""Guests of a lesson: a name, an address, and a letter that says nothing to whoever typed them."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.frontend.lessons import address, lesson_at, state_of, visitor
from tests.schools import make_user
from wagtail_zoom.models import Registrant
from wagtail_zoom.models.lessons import Audience
from wagtail_zoom.services import registrants
from wagtail_zoom.services.registrants import guest_links


GUEST = "guest.one@school.example"
SENT = "We have sent an e-mail to this address. It says how to go on."


@pytest.fixture
def lesson(desk):
    return lesson_at(desk, audience=Audience.EVERYBODY)


@pytest.fixture
def browser(lesson):
    return visitor(lesson)


@pytest.fixture
def ask(browser, lesson, django_capture_on_commit_callbacks):
    """Return a function that fills in the form, with what follows after commit."""

    def fill_in(email=GUEST, name="Guest One", page=lesson, **more):
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(address("register", page), {"email": email, "name": name, **more})

    return fill_in


def words(response):
    return re.sub(r'value="\w{64}"', "", response.content.decode())


def path_in(letter):
    [link] = re.findall(r"http://everything\.example(/\S+/guests/\S+)", letter.body)
    return link


def row():
    return Registrant.objects.get(email_key=GUEST)


def test_a_stranger_is_offered_the_form(desk, browser, lesson):
    state = state_of(browser, lesson)
    assert (state["code"], state["place"]["register"]["address"]) == ("guest", address("register", lesson))
    assert browser.get(address("join", lesson))["Location"] == address("register", lesson)

    form = browser.get(address("register", lesson)).content.decode()

    assert 'name="email"' in form
    assert "Log in to join" in form


def test_the_letter_brings_the_guest_in_and_neither_page_nor_letter_holds_zooms_link(desk, ask, browser, clocks):
    response = ask()
    assert SENT in words(response)
    desk.work()
    link = registrants.link_of(row())

    [letter] = mail.outbox
    assert letter.to == [GUEST]
    for said in (words(response), letter.body):
        assert "tk=" not in said
        assert desk.school.simulator.base_url not in said
    early = browser.get(path_in(letter))
    assert "You are registered." in words(early)
    assert "tk=" not in words(early)
    clocks.set(desk.meeting.starts_at)
    door = browser.get(path_in(letter))
    assert (door.status_code, door["Location"]) == (303, link)
    assert door["Cache-Control"] == "private, no-store"
    assert door["Referrer-Policy"] == "no-referrer"


def test_the_answer_is_the_same_for_an_address_that_is_known(desk, ask):
    first = words(ask())
    desk.work()
    known = words(ask(name="Somebody Else"))
    registrants.deny([row()])
    desk.work()
    denied = words(ask())

    assert first == known == denied
    assert row().first_name == "Guest One"


def test_zoom_is_not_asked_while_somebody_waits_for_the_answer(desk, ask, browser):
    ask()
    assert desk.requests() == []

    # Whoever reads the letter has it asked.
    path = path_in(mail.outbox[0])
    assert "being registered" in words(browser.get(path))
    desk.work()
    assert "You are registered." in words(browser.get(path))


def test_asking_again_writes_again_but_registers_nobody_twice(desk, ask):
    for _ in range(2):
        ask(email=f" {GUEST.upper()} ")
        desk.work()

    assert len(mail.outbox) == 2
    assert desk.calls()["POST registrants"] == 1


def test_one_address_gets_three_letters_a_day(desk, ask):
    answers = {words(ask()) for _ in range(5)}

    assert len(answers) == 1
    assert len(mail.outbox) == 3


def test_one_sender_is_stopped_before_zoom_is_touched(desk, ask, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "GUESTS_PER_SENDER": 2}
    answers = [ask(email=f"guest.{number}@school.example").status_code for number in range(4)]

    assert answers == [200, 200, 429, 429]
    desk.work()
    assert desk.calls()["POST registrants"] + desk.calls()["POST batch_registrants"] <= 2
    assert Registrant.objects.count() == 2


def test_a_flood_from_everywhere_is_stopped_by_what_stands_in_rows(desk, ask, settings):
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "GUESTS_PER_LESSON": 2}
    answers = [ask(email=f"guest.{number}@school.example").status_code for number in range(3)]

    assert answers == [200, 200, 429]
    assert Registrant.objects.count() == 2


def test_a_stranger_cannot_bring_back_what_somebody_cancelled(desk, ask, browser, lesson):
    ask()
    token = guest_links.token_of(row())
    browser.post(address("guest_cancel", lesson, token))
    assert row().wanted == "cancelled"

    ask()
    assert row().wanted == "cancelled"

    browser.post(address("guest_register", lesson, token))
    assert row().wanted == "approved"


def test_an_account_holders_registration_is_left_alone(desk, ask, lesson, learner):
    registrants.register(desk.meeting, [registrants.of_user(learner)], source="self")
    registrants.cancel(Registrant.objects.all(), source="self")

    assert SENT in words(ask(email=learner.email))

    found = Registrant.objects.get()
    assert (found.user, found.wanted) == (learner, "cancelled")
    assert mail.outbox[0].to == [learner.email]


def test_where_a_person_decides_the_guest_waits_and_the_page_follows(desk, ask, browser):
    page = lesson_at(desk, audience=Audience.EVERYBODY, approval="enrolled")
    desk.meeting.lessons.exclude(page=page).delete()
    ask(page=page)
    desk.work()
    token = guest_links.token_of(row())

    state = state_of(browser, page, token)
    assert (state["code"], desk.statuses()) == ("pending", {GUEST: "pending"})
    assert state["place"]["cancel"]["address"] == address("guest_cancel", page, token)

    registrants.approve([row()])
    desk.work()
    assert state_of(browser, page, token)["place"]["sentence"] == "You are registered."


@pytest.mark.parametrize(
    "email", ["guest@school.example\nBcc: all@school.example", "guest", "", "a" * 130 + "@x.example"]
)
def test_what_is_no_address_is_refused_and_nobody_is_written_to(desk, ask, email):
    response = ask(email=email)

    assert SENT not in words(response)
    assert not Registrant.objects.exists()
    assert mail.outbox == []


def test_headers_cannot_be_injected_and_a_strangers_words_are_not_sent_on(desk, ask):
    page = lesson_at(desk, audience=Audience.EVERYBODY, title="Storks\r\nBcc: all@school.example")
    ask(name="Buy now\r\nBcc: all@school.example", page=page)

    [letter] = mail.outbox
    assert letter.recipients() == [GUEST]
    assert "\n" not in letter.subject
    assert "Bcc" not in letter.message()
    assert "Buy now" not in letter.body
    assert row().first_name == "Buy now Bcc: all@school.example"


def test_a_mail_server_that_is_away_changes_nothing_on_the_screen(desk, ask, monkeypatch, caplog):
    expected = words(ask())

    def refuse(_backend, _messages):
        raise ConnectionRefusedError("no mail today")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert words(ask()) == expected
    assert "could not be written to" in caplog.text
    assert GUEST not in caplog.text


@pytest.mark.parametrize(
    ("audience", "options"), [(Audience.LOGGED_IN, {}), (Audience.EVERYBODY, {"registration": "off"})]
)
def test_where_guests_are_not_meant_there_is_only_the_login(desk, ask, audience, options):
    page = lesson_at(desk, audience=audience, **options)

    response = ask(page=page)

    assert "/login/" in response["Location"]
    assert not Registrant.objects.exists()


def test_an_address_of_another_meeting_or_a_forged_one_leads_nowhere(desk, ask, browser, lesson):
    ask()
    token = guest_links.token_of(row())
    other = Registrant.objects.create(meeting=desk.meeting, email_key="x", email="x", source="self")
    forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), other.uid.hex + token[32:], "x", token.partition(":")[0]]

    for each in forged:
        for name in ("guest", "guest_state", "guest_register", "guest_cancel"):
            assert browser.get(address(name, lesson, each)).status_code == 404
    elsewhere = lesson_at(desk, audience=Audience.EVERYBODY)
    assert browser.get(address("guest", elsewhere, token)).status_code == 200
    elsewhere.zoom_link.delete()
    assert browser.get(address("guest", elsewhere, token)).status_code == 404


def test_an_erased_person_has_no_address_any_more(desk, ask, browser):
    ask()
    path = path_in(mail.outbox[0])
    Registrant.objects.update(email="erased", email_key="erased-1")

    assert browser.get(path).status_code == 404


def test_who_holds_a_guests_address_is_not_taken_for_the_host(desk, ask, lesson):
    ask()
    teacher = next(iter(desk.school.people.values()))
    token = guest_links.token_of(row())

    assert state_of(visitor(lesson, teacher), lesson, token)["start"] is None


def test_a_full_lesson_says_so_instead_of_asking_for_an_address(desk, ask, browser):
    page = lesson_at(desk, audience=Audience.EVERYBODY, places=1)
    desk.meeting.lessons.exclude(page=page).delete()
    registrants.register(desk.meeting, [registrants.of_user(make_user("learner.two"))], source="self")

    assert state_of(browser, page)["code"] == "full"
    assert 'name="email"' not in words(browser.get(address("register", page)))
    ask(page=page)
    assert Registrant.objects.count() == 1
