"""Connecting a space and its people to Zoom."""
