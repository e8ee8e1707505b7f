"""What keeps processes out of each other's way: leases, rate limits, daily quotas, the circuit breaker, budgets."""
