"""Public signals. Receivers run after the change was written; a receiver that raises is logged and disturbs nobody.

``meeting_provisioned``   sender Meeting; meeting, created (bool)
``meeting_cancelled``     sender Meeting; meeting
``registrant_changed``    sender Registrant; registrant, previous (the former ``actual``)
``attendance_recorded``   sender Attendance; meeting, instance
``webhook_received``      sender WebhookDelivery; delivery
"""

from __future__ import annotations

from django.dispatch import Signal


meeting_provisioned = Signal()
meeting_cancelled = Signal()
registrant_changed = Signal()
attendance_recorded = Signal()
webhook_received = Signal()
