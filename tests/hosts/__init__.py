"""Sites that are not like the test site: each runs in a process of its own, since what differs is settled at the start."""
