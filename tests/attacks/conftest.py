"""Fixtures for people who want in: everything that the ordinary tests of the doors have."""

from tests.afterwards import lesson as lived_lesson  # noqa: F401
from tests.frontend.conftest import _empty_cache, chromium, desk, expect, folder, learner, set_time, site  # noqa: F401
from tests.test_every_address import arguments, people  # noqa: F401
