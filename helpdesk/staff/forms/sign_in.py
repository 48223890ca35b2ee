"""Allauth's forms with our words, and without placeholders that vanish while one types."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", _("Mail address")), ("password", _("Password"))):
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.widget.attrs.pop("placeholder", None)


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """A new passkey signs in without the password, unless somebody wants it as a second factor only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.help_text = pgettext_lazy("of a thing", "Name"), _("Under which you will know it again.")
        alone.label, alone.initial = _("It opens the desk without the password"), True
        alone.help_text = _("The key then asks for a fingerprint, a face or its own code. Without this it is a second factor only.")
