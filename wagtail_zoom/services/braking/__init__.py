"""Brakes: pauses, copies of the database, acts that wait for a yes, and whether the engines run."""
