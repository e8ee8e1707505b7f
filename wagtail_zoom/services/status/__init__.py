"""The status of lessons and of the site, in words."""
