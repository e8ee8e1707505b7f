"""Live Zoom lessons for sites built on Wagtail."""

__version__ = "0.1.0"
