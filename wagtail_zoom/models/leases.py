"""The lease columns: how a process says "I am at work on this row" without holding a lock."""

from __future__ import annotations

from django.db import models


class Leased(models.Model):
    """A row that at most one process works on at a time. `services.coordination.leases` alone writes the lease's columns."""

    lease_owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    #: Grows whenever what is wanted changes; who comes back late sees that the row moved on.
    generation = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
