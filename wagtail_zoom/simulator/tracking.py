"""Tracking fields of an account."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .errors import invalid
from .identifiers import opaque


JSON = dict[str, Any]


def list_fields(call: Call) -> JSON:
    """Zoom: GET /tracking_fields."""
    account = call.account
    fields = list(account.tracking_fields)
    required = account.required_tracking_field
    if required and not any(each["field"] == required for each in fields):
        fields.append(
            {"id": "required", "field": required, "recommended_values": [], "required": True, "visible": True}
        )
    return {"total_records": len(fields), "tracking_fields": fields}


def add_field(call: Call) -> JSON:
    """Zoom: POST /tracking_fields."""
    if not call.body.get("field"):
        raise invalid(("field", "Missing field."))
    field = {
        "id": opaque(22),
        "field": call.body["field"],
        "recommended_values": call.body.get("recommended_values", []),
        "required": call.body.get("required", False),
        "visible": call.body.get("visible", True),
    }
    call.account.tracking_fields.append(field)
    if field["required"]:
        call.account.required_tracking_field = field["field"]
    return field
