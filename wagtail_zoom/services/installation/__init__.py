"""This installation: heartbeats of its engine, and whether its database is a copy."""
