from __future__ import annotations

import pytest

from wagtail_zoom.api.operations import OPERATIONS
from wagtail_zoom.api.scopes import FEATURES, allows, feature_name, features_of, missing_scopes

from ..schools import ACADEMY_SCOPES, SCHOOL_SCOPES


def allowed(granted) -> set[str]:
    return {name for name, allowed in features_of(granted).items() if allowed}


def test_a_school_with_creating_scopes_only_can_create_register_and_start():
    assert allowed(SCHOOL_SCOPES) == {"create", "registrants_add", "registrants_batch", "host_token"}


def test_an_academy_that_links_what_exists_can_read_register_and_report():
    assert allowed(ACADEMY_SCOPES) == {
        "read",
        "list",
        "registrants_list",
        "registrants_add",
        "registrants_delete",
        "registrants_status",
        "reports",
        "webinar_read",
        "webinar_list",
        "webinar_registrants_list",
        "webinar_registrants_add",
        "webinar_registrants_delete",
        "webinar_registrants_status",
        "webinar_reports",
    }


def test_no_scopes_allow_nothing():
    assert allowed([]) == set()


@pytest.mark.parametrize(
    "granted",
    [
        "meeting:write:meeting",
        "meeting:write:meeting:admin",
        "meeting:write:meeting:master",
        "meeting:write",
        "meeting:write:admin",
        "meeting:write:master",
    ],
)
def test_granular_account_level_and_classic_names_open_the_same(granted):
    assert allows([granted, "something:else"], OPERATIONS["meetings.create"])


@pytest.mark.parametrize("granted", ["meeting:read:meeting", "webinar:write:webinar", "meeting:write:registrant", ""])
def test_another_scope_does_not_open_it(granted):
    assert not allows([granted], OPERATIONS["meetings.create"])


def test_the_missing_scope_is_named_in_the_form_the_app_needs():
    assert missing_scopes(SCHOOL_SCOPES, "change") == ("meeting:update:meeting",)
    assert missing_scopes(ACADEMY_SCOPES, "change", admin=True) == ("meeting:update:meeting:admin",)


def test_where_zoom_has_the_account_level_only_it_is_named_either_way():
    assert missing_scopes([], "reports") == ("report:read:list_meeting_participants:admin",)


def test_nothing_is_missing_where_the_feature_works():
    assert missing_scopes(SCHOOL_SCOPES, "create") == ()
    assert missing_scopes(["meeting:write"], "change") == ()


def test_each_missing_scope_once_added_opens_its_feature():
    for name in FEATURES:
        for admin in (False, True):
            assert features_of(missing_scopes([], name, admin=admin))[name]


def test_every_feature_has_a_label_of_its_own():
    labels = [str(feature.label) for feature in FEATURES.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_webinars_have_the_same_features_under_their_own_names():
    assert feature_name("meeting", "create") == "create"
    assert feature_name("webinar", "create") == "webinar_create"
    twins = {name.removeprefix("webinar_") for name in FEATURES if name.startswith("webinar_")}
    assert twins <= set(FEATURES)
    assert len(twins) == 14
