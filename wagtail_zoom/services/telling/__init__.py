"""Telling people: states in words, mails, announcements, and the log of what people did."""
