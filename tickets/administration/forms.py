"""Forms of the administrators' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk.base import clock, keys
from helpdesk.base.bounds import LONGEST_SILENCE, DayField
from helpdesk.base.models import Text
from helpdesk.base.templatetags.ui import day_words
from helpdesk.staff.services.keys import who_entered
from helpdesk.studio.models import Game
from players.models import Player
from tickets.actors import ActorKind
from tickets.lifecycle.moves import reachable
from tickets.mail.inbound.passwords import entered
from tickets.mail.models import Mailbox
from tickets.models import LifecycleRule, Status, Trigger

WHO = {Trigger.SILENCE: ActorKind.SYSTEM, Trigger.OPERATOR_REPLY: ActorKind.OPERATOR, Trigger.PLAYER_MESSAGE: ActorKind.PLAYER}


class RuleForm(forms.Form):
    hours = forms.IntegerField(label=_("Hours of silence"), min_value=1, max_value=LONGEST_SILENCE)
    to_status = forms.ChoiceField(label=_("Then it becomes"))
    notice_key = forms.ChoiceField(label=_("The player is told"), required=False)
    enabled = forms.BooleanField(label=_("The rule is on"), required=False)
    rearm = forms.ChoiceField(label=_("For whom"), widget=forms.RadioSelect, initial="new")

    def __init__(self, *args: Any, rule: LifecycleRule, concerned: int, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(rule, name) for name in ("hours", "to_status", "notice_key", "enabled")} | {"rearm": "new"}
        super().__init__(*args, **kwargs)
        after = [status for status in reachable(rule.from_status, WHO[Trigger(rule.trigger)]) if status != Status.PENDING]
        self._choices("to_status", [(status.value, status.label) for status in after])
        self._choices("notice_key", [("", _("nothing")), *self._notices(rule)])
        if rule.trigger != Trigger.SILENCE:
            del self.fields["hours"], self.fields["rearm"]
            return
        now = ngettext(
            "Also %(count)s ticket that waits already, counted from when its silence began",
            "Also the %(count)s tickets that wait already, counted from when their silence began",
            concerned,
        ) % {"count": concerned}
        self._choices("rearm", [("new", _("Only for silences that begin from now on")), ("all", now)])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _notices(self, rule: LifecycleRule) -> list[tuple[str, str]]:
        known = dict(Text.objects.filter(key__startswith="notice.").order_by("key").values_list("key", "label"))
        if rule.notice_key:
            known.setdefault(rule.notice_key, rule.notice_key)
        return list(known.items())

    def facts(self) -> dict[str, Any]:
        """For `edit_rule`. `hours` is None where the rule waits for no silence; `rearm`: also for tickets that wait already."""
        facts = dict(self.cleaned_data)
        return {"hours": None} | facts | {"rearm": facts.get("rearm") == "all"}


class MailboxForm(forms.Form):
    address = forms.EmailField(label=_("Mail address"), help_text=_("Players write to it."))
    game = forms.ModelChoiceField(label=_("Game"), queryset=Game.objects.all(), required=False, empty_label=_("as the address says"))
    host = forms.CharField(label=_("Server"), max_length=200)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(label=_("Encryption"), choices=Mailbox.Security.choices)
    user = forms.CharField(label=_("User"), max_length=200)
    password = forms.CharField(
        label=_("Password"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It is kept encrypted, shown to nobody, and goes only to this server and port."),
    )
    password_name = forms.RegexField(
        label=_("Or the name of a variable"),
        regex=r"^MAILBOX_PASSWORD_[A-Z0-9_]+\Z",
        max_length=80,
        required=False,
        help_text=_("A variable like MAILBOX_PASSWORD_EMBER. It goes only to the servers that MAILBOX_HOST_EMBER names."),
        error_messages={"invalid": _("It begins with MAILBOX_PASSWORD_ and has capital letters, digits and underscores.")},
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, initial="INBOX")
    move_to = forms.CharField(
        label=_("Then move to"), max_length=200, required=False, help_text=_("Empty: it stays and is marked as read.")
    )
    begin = forms.ChoiceField(
        label=_("Begin"),
        choices=Mailbox.Begin.choices,
        initial=Mailbox.Begin.NOW,
        widget=forms.RadioSelect,
        help_text=_("History opens closed tickets with their own dates; nobody is told of them or answered."),
    )
    begin_on = DayField(label=_("Since"), required=False, help_text=_("Only for “since a day”."))
    enabled = forms.BooleanField(label=_("It is polled"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("begin") == Mailbox.Begin.SINCE:
            day = facts.get("begin_on")
            if day is None and "begin_on" not in self.errors:
                self.add_error("begin_on", _("Say since which day."))
            elif day and day > clock.now().date():
                self.add_error("begin_on", _("That day is still to come."))
        else:
            facts["begin_on"] = None
        return facts

    @classmethod
    def of(cls, box: Mailbox | None, data: Any = None) -> MailboxForm:
        form = cls(data, initial={name: getattr(box, name) for name in cls.base_fields if name != "password"} if box else None)
        if known := entered(box):
            said = {"name": who_entered(known) or _("somebody"), "day": day_words(known.saved_at)}
            form.fields["password"].help_text = _("Entered by %(name)s, %(day)s. Leave it empty to keep it.") % said
        if not keys.can_keep():
            form.fields["password"].help_text = keys.NO_MASTER
        return form


class OpenForm(forms.Form):
    """For which game a mail is, where its address does not say it."""

    game = forms.ModelChoiceField(
        label=_("Game"), queryset=Game.objects.filter(archived_at=None), required=False, empty_label=_("as the address says")
    )

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        """`needed`: nothing else says which game it is."""
        super().__init__(*args, **kwargs)
        game = self.fields["game"]
        assert isinstance(game, forms.ModelChoiceField)
        if needed:
            game.required, game.empty_label = True, str(_("choose a game"))
            game.widget.is_required = True

    @classmethod
    def chosen(cls, data: Any) -> Game | None:
        """The game that was chosen; None where none was, or one that is not there."""
        form = cls(data)
        return form.cleaned_data["game"] if form.is_valid() else None


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Why it may be lost"), max_length=300)


class EraseForm(forms.Form):
    """Typing the player's number is the second thought."""

    number = forms.CharField(
        label=_("The player's number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )

    def __init__(self, *args: Any, player: Player, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.player = player
        self.fields["number"].help_text = _("Type %(number)s to confirm.") % {"number": player.pk}

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if number != str(self.player.pk):
            raise forms.ValidationError(_("This is not the player's number."))
        return number


class SelectorForm(forms.Form):
    """Under which name a provider has its key published."""

    selector = forms.RegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
        label=_("DKIM selector"),
        required=False,
        max_length=63,
        error_messages={"invalid": _("Letters, digits, hyphens and dots, as your provider shows it.")},
    )
