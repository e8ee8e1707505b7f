"""What the package costs, measured against the simulator: ``python -m benchmarks.registrants``."""
