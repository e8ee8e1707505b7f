"""Screens about attendance."""

from .menu import AttendanceMenuItem, LearnersMenuItem, header_buttons


__all__ = ["AttendanceMenuItem", "LearnersMenuItem", "header_buttons"]
