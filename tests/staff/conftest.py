"""What the tests of the staff room share."""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _quick_and_fresh(settings) -> None:
    """Passwords hashed the cheap way, and no memory of earlier attempts to sign in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "staff"}}
    cache.clear()
