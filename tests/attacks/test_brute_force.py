"""Numbers, tokens and addresses are tried one after the other, through proxies and without."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.frontend.lessons import address, give_meeting, make_lesson
from tests.schools import make_user
from wagtail_zoom.frontend.rate_limit import client_network
from wagtail_zoom.models import App


#: Every public address that names something unguessable, or a number, with guesses in it.
GUESSES = {
    "join": [4711], "start": [4711], "state": [4711], "calendar": [4711], "register": [4711], "cancel": [4711],
    "recording": [4711, uuid4()], "guest": [4711, "guess"], "guest_state": [4711, "guess"],
    "guest_register": [4711, "guess"], "guest_cancel": [4711, "guess"], "guest_recording": [4711, "guess", uuid4()],
    "webhook": ["guess"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Any, site: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "REFUSALS_PER_MINUTE": 3}
    cache.clear()


def test_every_public_address_is_among_the_guessed() -> None:
    from wagtail_zoom.urls import urlpatterns

    # The callback refuses whoever is not logged in, and a state works once.
    assert {pattern.name for pattern in urlpatterns} - set(GUESSES) == {"oauth_callback"}


@pytest.mark.parametrize("name", GUESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_guesses_is_made_to_wait(name: str, method: str) -> None:
    if (name == "webhook" and method == "get") or (name in ("join", "guest") and method == "post"):
        method = {"get": "post", "post": "get"}[method]
    where = reverse(f"wagtail_zoom:{name}", args=GUESSES[name])
    statuses = [getattr(Client(), method)(where).status_code for _turn in range(5)]
    assert statuses in ([404, 404, 404, 429, 429], [405] * 5)


def test_guessing_a_guests_token_of_a_real_lesson_is_counted(folder: Any) -> None:
    page = make_lesson(folder)
    give_meeting(page)
    statuses = [Client().get(address("guest", page, f"guess-{turn}")).status_code for turn in range(5)]
    assert statuses == [404, 404, 404, 429, 429]


def test_zoom_itself_never_waits(db: None) -> None:
    app = App.objects.create(kind=App.Kind.SERVER, client_id="client")
    unknown, known = (reverse("wagtail_zoom:webhook", args=[path]) for path in ("guess", app.webhook_path))
    assert [Client().post(unknown).status_code for _turn in range(5)][-1] == 429
    assert Client().post(known).status_code == 400


def asked(**meta: str) -> str:
    request = RequestFactory().get("/")
    request.META.pop("REMOTE_ADDR", None)
    request.META.update(meta)
    return client_network(request)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "sender"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "", "198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1", "1.1.1.1, 2.2.2.2, 198.51.100.7", "198.51.100.7"),
        (2, "127.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "127.0.0.1", "198.51.100.7", "127.0.0.1"),
        (1, "127.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        (1, "127.0.0.1", "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "198.51.100.7", ""),
        (1, "127.0.0.1", "unknown", ""),
        (1, "127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_who_sent_it_is_what_the_outermost_proxy_of_ours_saw(
    settings: Any, proxies: int, remote: str, forwarded: str, sender: str
) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "TRUSTED_PROXIES": proxies}
    assert asked(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded) == sender


def test_an_invented_forwarding_header_is_no_way_round(settings: Any) -> None:
    settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "TRUSTED_PROXIES": 1}
    where = reverse("wagtail_zoom:join", args=[4711])
    statuses = [
        Client().get(where, headers={"x-forwarded-for": f"10.0.0.{turn}, 198.51.100.7"}).status_code
        for turn in range(5)
    ]
    assert statuses[-1] == 429
    assert Client().get(where, headers={"x-forwarded-for": "198.51.100.8"}).status_code == 404


def test_without_a_known_address_nobody_is_locked_out_with_the_others(folder: Any) -> None:
    where = reverse("wagtail_zoom:join", args=[4711])
    assert [Client(REMOTE_ADDR="").get(where).status_code for _turn in range(6)] == [404] * 6
    known = Client(REMOTE_ADDR="")
    known.force_login(make_user("learner.guessing"))
    assert [known.get(where).status_code for _turn in range(5)] == [404, 404, 404, 429, 429]
