"""What the software does. Sites that register people from code of their own find here what they need for it."""

from .registrants import approve, cancel, delete, deny, register, retry


__all__ = ["approve", "cancel", "delete", "deny", "register", "retry"]
