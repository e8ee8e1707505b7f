"""An account such as Wagtail is content with: a UUID, an address to log in with, and nothing else."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class Account(AbstractBaseUser, PermissionsMixin):
    """Somebody of whom only an address is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "address"
    EMAIL_FIELD = "address"

    objects = BaseUserManager()
