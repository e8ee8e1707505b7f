"""How people and schools connect Zoom: apps, grants, hosts, and what a connection can do."""
