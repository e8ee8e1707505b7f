"""Zoom's REST API in Python: no Django models, no Wagtail, no settings; everything comes as an argument."""

from .client import ZoomClient
from .tokens import AccessToken, StaticToken


__all__ = ["AccessToken", "StaticToken", "ZoomClient"]
