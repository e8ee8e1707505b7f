"""Which scopes the guide names: exactly those that the features want, as Zoom's picker shows them."""

from __future__ import annotations

import pytest

from tests.schools import ACADEMY_SCOPES, EVERY_SCOPE, SCHOOL_SCOPES
from wagtail_zoom.api.scopes import FEATURES, features_of
from wagtail_zoom.services.connections.scope_picker import (
    CHOICES,
    PRESETS,
    USUAL,
    account_only_scopes,
    group_for_picker,
    scopes_for,
)


def test_the_presets_are_what_the_two_schools_have() -> None:
    assert sorted(PRESETS["general"].scopes) == sorted(SCHOOL_SCOPES)
    assert sorted(PRESETS["server"].scopes) == sorted(ACADEMY_SCOPES)


@pytest.mark.parametrize("is_account", [True, False])
@pytest.mark.parametrize("name", list(CHOICES))
def test_a_ticked_choice_is_allowed_by_the_scopes_that_are_named_for_it(name: str, is_account: bool) -> None:
    scopes = scopes_for([name], is_account=is_account)
    allowed = features_of([*scopes, *(() if is_account else account_only_scopes([name]))])
    wanted = (*CHOICES[name].always, *CHOICES[name].of_each_kind)
    assert all(allowed[feature] for feature in wanted if feature in FEATURES)
    assert set(scopes) <= set(EVERY_SCOPE)
    assert all(scope.endswith(":admin") == is_account for scope in scopes)


def test_webinars_are_named_only_where_they_are_ticked() -> None:
    without = scopes_for(["create", "change", "registrants"], is_account=False)
    assert not [scope for scope in without if scope.startswith("webinar:")]
    both = scopes_for(["create", "change", "registrants", "webinars"], is_account=False)
    assert {"webinar:delete:webinar", "webinar:write:batch_registrants"} <= set(both)


def test_everything_ticked_allows_everything_that_this_software_can() -> None:
    allowed = features_of(scopes_for(CHOICES, is_account=True))
    assert [name for name, likely in allowed.items() if not likely] == []


def test_a_user_managed_app_is_told_which_scopes_it_cannot_have() -> None:
    assert account_only_scopes(["attendance"]) == ("report:read:list_meeting_participants:admin",)
    assert account_only_scopes(USUAL) == ()


def test_unknown_and_repeated_ticks_count_for_nothing() -> None:
    assert scopes_for(["create", "create", "<script>"], is_account=False) == scopes_for(["create"], is_account=False)


def test_the_picker_is_searched_word_by_word_and_counts_by_product() -> None:
    groups = group_for_picker(PRESETS["general"].scopes)
    assert [(group.label, group.count) for group in groups] == [("Meeting", 9), ("User", 1)]
    assert [search.word for search in groups[0].searches] == ["meeting:write"]
    academy = group_for_picker(PRESETS["server"].scopes)
    assert [(group.label, group.count) for group in academy] == [("Meeting", 8), ("Webinar", 7), ("Report", 2)]
    assert [search.word for search in academy[0].searches] == [
        "meeting:delete",
        "meeting:read",
        "meeting:update",
        "meeting:write",
    ]


def test_nothing_is_lost_on_the_way_into_the_picker() -> None:
    shown = [tick for group in group_for_picker(EVERY_SCOPE) for search in group.searches for tick in search.ticks]
    assert sorted(shown) == sorted(EVERY_SCOPE)
