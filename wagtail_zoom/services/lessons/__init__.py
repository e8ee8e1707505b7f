"""Lesson pages as the rest reads them: when they take place, what they wish, which meeting they use."""
