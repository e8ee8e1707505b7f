"""A lesson in the editor, in lists, and what is done to its meeting."""
