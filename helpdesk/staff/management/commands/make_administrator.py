"""The first person of a new desk, who then invites the others; or one who is here, when nobody can give them that role any more."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from helpdesk.staff.models import User
from helpdesk.staff.password_links import password_link
from helpdesk.staff.services.roles import first_administrator


class Command(BaseCommand):
    help = "Make an administrator (every right, everywhere), new with a link on which they set a password, or of somebody who is here."

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
            user = User.objects.filter(email=address).first()
            if user is not None and not user.is_active:
                raise CommandError(f"The account of {address} is closed.")
            made = user or User.objects.create_user(address, None, name=options["name"])
            first_administrator(made)
        if user is None:
            self.stdout.write(f"{made.name} sets a password here (three days, once): {password_link(made)}")
        else:
            self.stdout.write(f"{made.name} is an administrator now, with every right of today.")
