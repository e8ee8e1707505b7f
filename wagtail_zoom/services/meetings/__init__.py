"""Bringing the meetings on Zoom to what lesson pages want: made, changed, linked, read back."""
