"""Taking part: who may join and start, guests, what is live, and recordings."""
