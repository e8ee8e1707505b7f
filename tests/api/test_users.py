"""Users, their tokens and their recordings, over HTTP."""

from __future__ import annotations

import pytest

from wagtail_zoom.api import AccessToken, StaticToken, ZoomClient
from wagtail_zoom.exceptions import ZoomNotFound

from .wishes import NOW, START, TEACHER, payload


def test_users_are_found_by_id_and_by_address(client, school):
    teacher = client.users.get(TEACHER)
    assert teacher.id == school.teacher_id
    assert teacher.type == 2
    assert client.users.get(school.teacher_id) == teacher
    assert client.users.me().account_id == school.account_id


def test_an_address_with_signs_of_its_own_is_one_segment(client, simulator, school):
    odd = "teacher+two/math@school.example"
    account = simulator.add_account(users=[{"email": odd, "first_name": "T", "last_name": "Two", "type": 2}])
    app = simulator.add_app(account["account_id"], "server_to_server", ["user:read:user:admin"])
    grant = school.tokens.oauth.account_credentials(app["client_id"], app["client_secret"], account["account_id"])
    token = StaticToken(AccessToken(grant.access_token, NOW))
    with ZoomClient(base_url=simulator.api_url, tokens=token) as other:
        assert other.users.get(odd).email == odd


def test_a_hosts_token_is_read(client):
    zak = client.users.token(TEACHER, ttl=600)
    assert zak.reveal()
    assert zak.reveal() not in repr(zak)


def test_a_recording_that_is_not_there_is_not_there(client, simulator):
    number = client.meetings.create(TEACHER, payload()).id
    simulator.set_clock(START)
    simulator.start(number)
    simulator.end(number)
    with pytest.raises(ZoomNotFound) as caught:
        client.recordings.of_meeting(number)
    assert caught.value.what == "recording"
