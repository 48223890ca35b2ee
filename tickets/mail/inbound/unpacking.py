"""Providers' payloads read apart from the desk: this is the child's program. anymail knows the providers' fields.

Nothing here touches the request that came in: anymail is shown a small request of our own making, with what was stored.
"""

from __future__ import annotations

from django.conf import settings

from helpdesk.base.sandbox.child import Job, serve
from tickets.mail.providers import providers


def jobs() -> dict[str, Job]:
    """Of each provider, named by it."""
    own = {name: provider.jobs() | {"unpack": (provider.unpack, tuple[bytes, str])} for name, provider in providers().items()}
    return {f"{name}.{job}": does for name, each in own.items() for job, does in each.items()}


if __name__ == "__main__":
    settings.configure(SECRET_KEY="of a process that signs nothing", USE_I18N=False)
    serve(jobs())
