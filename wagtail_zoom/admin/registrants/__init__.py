"""Screens about registrants."""

from .menu import RegistrantsMenuItem, header_buttons


__all__ = ["RegistrantsMenuItem", "header_buttons"]
