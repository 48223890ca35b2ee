"""The first person of a new desk, who then invites the others."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from helpdesk.staff.models import Grant, Role, User
from helpdesk.staff.password_links import password_link
from helpdesk.staff.rights import registered


class Command(BaseCommand):
    help = "Make an administrator (every right, everywhere) and print the link on which they set a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="like “Anna Krylova”")
        parser.add_argument("address", help="the mail address to sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].strip().lower()
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"“{address}” is not a mail address.") from None
        with transaction.atomic():
            if User.objects.filter(email=address).exists():
                raise CommandError(f"{address} is here already.")
            user = User.objects.create_user(address, None, name=options["name"])
            every = {"name": "Administrator", "rights": registered()}
            role, _made = Role.objects.get_or_create(slug="administrator", defaults=every)
            Grant.objects.create(user=user, role=role)
        self.stdout.write(f"{user.name} sets a password here (three days, once): {password_link(user)}")
