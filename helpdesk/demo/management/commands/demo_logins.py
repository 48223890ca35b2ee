"""Print who may sign in to the demo, and how."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.base.errors import DomainError
from helpdesk.demo.logins import offered


class Command(BaseCommand):
    help = "Print the demo's people with their passwords."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            logins = offered()
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Sign in as one of these (one press on the sign-in page):")
        for login in logins:
            self.stdout.write(f"  {login.name:<17} {login.role:<22} {login.email:<28} {login.password}")
