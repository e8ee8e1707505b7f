"""The fixtures of the public doors serve the adapters too."""

from __future__ import annotations

from tests.frontend.conftest import _empty_cache, folder, learner, set_time, site


__all__ = ["_empty_cache", "folder", "learner", "set_time", "site"]
