from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection

from tests.schools import make_user
from wagtail_zoom.contrib.adapters import AnyLoggedInUser, DjangoGroup
from wagtail_zoom.lms import LMSAdapter, Unknown
from wagtail_zoom.services import lms


LESSON = object()


class Broken:
    def enrolled(self, lesson):
        raise RuntimeError("down")

    may_join = mark_complete = email_is_verified = lambda self, *args: 1 / 0


class BreaksHalfway:
    def enrolled(self, lesson):
        yield get_user_model().objects.first()
        raise ConnectionError("lost")


class Wordless(AnyLoggedInUser):
    def may_join(self, user, lesson):
        raise Unknown


class Poisonous(AnyLoggedInUser):
    def may_join(self, user, lesson):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")


class NamesSomeoneTwice(AnyLoggedInUser):
    def enrolled(self, lesson):
        return [*get_user_model().objects.all(), *get_user_model().objects.all()]


@pytest.fixture
def use(settings):
    def chosen(adapter, **options):
        path = adapter if isinstance(adapter, str) else f"{adapter.__module__}.{adapter.__name__}"
        settings.WAGTAIL_ZOOM = {**settings.WAGTAIL_ZOOM, "LMS_ADAPTER": path, **options}

    return chosen


@pytest.mark.parametrize("adapter", [Broken, "no.such.Adapter", "wagtail_zoom.lms.NoSuchName"])
def test_an_adapter_that_fails_means_unknown_never_nobody(use, db, caplog, adapter):
    use(adapter)
    user = make_user("learner.one")

    assert lms.enrolled(LESSON) is None
    assert lms.may_join(user, LESSON) is None
    assert lms.mark_complete(user, LESSON, None) is False
    assert lms.email_is_verified(user) is False
    assert caplog.text.count("its answer counts as unknown") == 4


def test_half_a_list_is_no_list(use, db, caplog):
    use(BreaksHalfway)
    make_user("learner.one")

    assert lms.enrolled(LESSON) is None
    assert "lost" in caplog.text


def test_a_list_that_takes_too_long_is_no_list(use, db, caplog):
    use(NamesSomeoneTwice, LMS_DEADLINE=-1)
    make_user("learner.one")

    assert lms.enrolled(LESSON) is None
    assert "still naming people" in caplog.text


def test_having_no_answer_is_not_reported_as_a_fault(use, db, caplog):
    use(Wordless)

    assert lms.may_join(make_user("learner.one"), LESSON) is None
    assert caplog.records == []


def test_an_adapter_that_breaks_a_query_leaves_the_callers_transaction_whole(use, db):
    use(Poisonous)

    assert lms.may_join(make_user("learner.one"), LESSON) is None
    assert get_user_model().objects.count() == 1


def test_nobody_is_named_twice(use, db):
    use(NamesSomeoneTwice)
    user = make_user("learner.one")

    assert lms.enrolled(LESSON) == [user]


def test_where_everybody_with_an_account_may_join_there_is_no_list(use, db, caplog):
    use(AnyLoggedInUser)

    assert lms.may_join(make_user("learner.one"), LESSON) is True
    assert lms.may_join(make_user("learner.two", is_active=False), LESSON) is False
    assert lms.enrolled(LESSON) is None
    assert caplog.records == []


def test_a_group_is_its_active_members(use, db):
    use(DjangoGroup, LMS_OPTIONS={"group": "Class 5"})
    group = Group.objects.create(name="Class 5")
    member, gone, other = (
        make_user("learner.one"),
        make_user("learner.two", is_active=False),
        make_user("learner.three"),
    )
    group.user_set.add(member, gone)

    assert lms.enrolled(LESSON) == [member]
    assert [lms.may_join(user, LESSON) for user in (member, gone, other)] == [True, False, False]


def test_a_group_that_does_not_exist_is_unknown_not_empty(use, db, caplog):
    use(DjangoGroup, LMS_OPTIONS={"group": "Clas 5"})

    assert lms.enrolled(LESSON) is None
    assert "does not exist" in caplog.text


@pytest.mark.parametrize("answer", [True, False])
def test_an_address_is_verified_where_the_site_says_so_of_all_its_accounts(use, db, answer):
    use(AnyLoggedInUser, LMS_OPTIONS={"emails_are_verified": answer})

    assert lms.email_is_verified(make_user("learner.one")) is answer


@pytest.mark.parametrize("adapter", [AnyLoggedInUser(), DjangoGroup(group="x")])
def test_the_shipped_adapters_keep_the_protocol(adapter):
    assert isinstance(adapter, LMSAdapter)
