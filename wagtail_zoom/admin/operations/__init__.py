"""Screens for whoever runs the site: pauses, approvals, webhook deliveries, leftovers."""
