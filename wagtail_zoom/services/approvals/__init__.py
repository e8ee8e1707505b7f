"""Bulk acts that wait for a person's yes."""
