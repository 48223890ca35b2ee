"""What operators fill in: the composer, the status, the assignee, what a ticket says of itself, a new conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.base import clock
from helpdesk.base.bounds import MomentField, wrong_promise
from helpdesk.base.languages import language_name
from helpdesk.staff.forms.departments import OfferingInput
from helpdesk.staff.forms.plan import ColleagueField
from helpdesk.staff.forms.topics import TopicField
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Game, Topic
from helpdesk.studio.selectors import topics_of
from players.models import GameAccount, Player
from players.selectors import account_holder, who_may_it_be
from tickets.access import settable
from tickets.actors import ActorKind
from tickets.desk.holding import ReasonField, offer_hold
from tickets.desk.owing import Owing
from tickets.lifecycle.moves import reachable
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.waiting import question_before
from tickets.models import ON_HOLD, Draft, Message, Priority, Status, Ticket
from tickets.services.drafts import TEXT_LIMIT, Hand
from tickets.services.reply import OutgoingMessage

AFTER_REPLY = (Status.ANSWERED, Status.RESOLVED, Status.IN_PROGRESS, Status.PENDING)  # what a reply may bring with it


def _check_until(form: forms.Form, *, then: str | None) -> None:
    """The day of a hold lies ahead. What stands in the field is nobody's concern where there is no hold."""
    if then not in ON_HOLD:
        form.errors.pop("pending_until", None)
        form.cleaned_data.setdefault("pending_until", None)
    elif wrong := wrong_promise(form.cleaned_data.get("pending_until")):
        form.add_error("pending_until", wrong)


def show_again(form: forms.BaseForm, **said: str) -> None:
    """The form is drawn with what was sent, but for these fields: what stood in the way is on the screen now."""
    form.data = {**dict(form.data.items()), **said}


def _pk(row: Model | None) -> int | None:
    return row.pk if row else None


class DialogForm(forms.Form):
    """A form in the dialog over a ticket, where the composer's fields have the same names: its elements have ids of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "dialog_%s"} | kwargs)


class ComposerForm(forms.Form):
    """A reply or a note. `seen` is the last event its author had on screen, `upto` the player's last message there.

    `key` makes that it is sent once; `revision` is that of the draft it began from; `typed` and `inserted` count how the text came about.
    """

    mode = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in (Draft.Kind.REPLY, Draft.Kind.NOTE)], widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.UUIDField(widget=forms.HiddenInput, required=False)
    typed = forms.CharField(widget=forms.HiddenInput, required=False)
    inserted = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, strip=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**62)
    upto = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**62)
    then = forms.ChoiceField(choices=[("", ""), *((s.value, s.label) for s in AFTER_REPLY)], required=False, widget=forms.HiddenInput)
    hold_reason = ReasonField()
    pending_on = forms.CharField(label=gettext_lazy("Who owes an answer"), max_length=60, required=False, widget=OfferingInput)
    pending_until = MomentField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_hold(self, ticket)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not (said.get("text") or "").strip() and "text" not in self.errors:
            self.add_error("text", _("Write something first."))
        if said.get("then") == Status.PENDING and not (said.get("pending_on") or "").strip():
            self.add_error("pending_on", _("Say which department owes an answer."))
        _check_until(self, then=said.get("then"))
        return said

    def hand(self) -> Hand | None:
        """Which composer this is, for its draft."""
        return Hand.of(self.data)

    def words(self, owing: Owing, *, anyway: bool, sees_notes: bool) -> OutgoingMessage:
        """What the service takes. `owing`: who its `pending_on` is; `anyway`: the author was shown what came meanwhile and sends it all the
        same."""
        said = self.cleaned_data
        return OutgoingMessage(
            text=said["text"],
            answers_upto=said["upto"] or None,
            seen=None if anyway else said["seen"] or 0,
            sees_notes=sees_notes,
            hand=self.hand(),
            then_status=said["then"],
            pending_on=owing.name,
            pending_department=owing.department,
            pending_until=said["pending_until"],
            hold_reason=_pk(said["hold_reason"]),
            when_stale=Message.WhenStale.RETURN,
        )

    def show(self, draft: Draft) -> None:
        """The composer is drawn anew with what its draft holds now."""
        show_again(self, text=draft.text, revision=str(draft.revision))


class StatusForm(DialogForm):
    """Another status by hand. A hold asks why, until when, and what the player was told; Pending also who owes an answer."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), widget=forms.RadioSelect)
    hold_reason = ReasonField()
    pending_on = forms.CharField(
        label=gettext_lazy("Who owes an answer"),
        max_length=60,
        required=False,
        widget=OfferingInput,
        help_text=gettext_lazy("A department, like Billing. Only for Pending."),
    )
    pending_until = MomentField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Then the player is to have an answer. Left empty, another reason gives its own day."),
    )
    pending_told = forms.CharField(label=gettext_lazy("What the player was told"), max_length=300, required=False)
    needs_no_reply = forms.BooleanField(
        label=gettext_lazy("The player needs no reply"),
        required=False,
        help_text=gettext_lazy("A thanks, or a double: nobody waits any more. Only for Answered and Resolved."),
    )
    sure = forms.BooleanField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**62)

    def __init__(self, *args: Any, ticket: Ticket, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = reachable(ticket.status, ActorKind.OPERATOR)
        if ticket.on_hold:
            to.append(Status(ticket.status))  # another reason, another department or another day
        to = settable(by, ticket, to)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(status.value, status.label) for status in to]
        offer_hold(self, ticket)
        if ticket.waiting_since is None:
            del self.fields["needs_no_reply"]
        self.ticket = ticket

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        _check_until(self, then=said.get("status"))
        return said

    def asks_first(self) -> bool:
        """A ticket is closed for good: that is asked once more."""
        return self.cleaned_data["status"] == Status.CLOSED and not self.cleaned_data["sure"]

    def show_seen(self) -> None:
        """What it refused is shown now, so it counts as seen when it is saved again."""
        show_again(self, seen=str(self.ticket.last_event_id))

    def no_reply_needed_upto(self) -> int | None:
        """The last of the player's messages that are said to need no reply: what stood on the screen of who says so."""
        said = self.cleaned_data
        if not said.get("needs_no_reply") or said["status"] not in {Status.ANSWERED, Status.RESOLVED}:
            return None
        return question_before(self.ticket, said["seen"] or 0)

    def pending_info(self, owing: Owing) -> PendingInfo | None:
        """What is said of a hold, or None for the other statuses. `owing`: who its `pending_on` is."""
        said = self.cleaned_data
        if said["status"] not in ON_HOLD:
            return None
        return PendingInfo(owing.name, said["pending_until"], said["pending_told"].strip(), owing.department, _pk(said["hold_reason"]))


class AssignForm(DialogForm):
    """Whose ticket it is: somebody's, nobody's, and which team's."""

    assignee = ColleagueField(label=gettext_lazy("With"), required=False, empty_label=gettext_lazy("Nobody, back into the queue"))
    team = forms.ModelChoiceField(
        Team.objects.all(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("No team"), show_hidden_initial=True
    )
    holder = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**62)  # who had it when this was opened

    def show_holder(self, holder: User | None) -> None:
        """Somebody else has it meanwhile: that is shown now, and it can be saved again."""
        show_again(self, holder=str(holder.pk) if holder else "")


class BlockForm(DialogForm):
    """Until when what the player writes is set aside, and why. An end is always asked for."""

    LENGTHS: ClassVar[dict[str, int]] = {"day": 1, "week": 7, "month": 30}

    until = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        widget=forms.RadioSelect,
        choices=[
            ("day", gettext_lazy("1 day")),
            ("week", gettext_lazy("1 week")),
            ("month", gettext_lazy("30 days")),
            ("date", gettext_lazy("Until the moment below")),
        ],
    )
    moment = MomentField(label=gettext_lazy("Until"), required=False)
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, help_text=gettext_lazy("For colleagues. The player may ask to be given it.")
    )
    player = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**62)  # whose ticket it was when this was opened

    def __init__(self, *args: Any, player: Player, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"until": "day", "player": player.pk}} | kwargs)
        self.his = player

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("player") not in {None, self.his.pk}:
            raise ValidationError(_("This ticket belongs to another player meanwhile. Look again, then decide anew."))
        if said.get("until") == "date" and not said.get("moment") and "moment" not in self.errors:
            self.add_error("moment", _("Say until when."))
        return said

    def end(self) -> datetime:
        """For a valid form."""
        said = self.cleaned_data
        days = self.LENGTHS.get(said["until"])
        end: datetime = clock.now() + timedelta(days=days) if days else said["moment"]
        return end


class _Tickets(forms.ModelChoiceField):  # type: ignore[type-arg]  # at runtime it takes none
    def label_from_instance(self, obj: Ticket) -> str:
        """Its number, its subject and how it stands."""
        return f"{obj.number} · {obj.subject or _('Without a subject')} · {obj.get_status_display()}"


class MergeForm(forms.Form):
    """Which other ticket of the player belongs to this one."""

    other = _Tickets(None, label=gettext_lazy("Show in this ticket too"), widget=forms.RadioSelect, empty_label=None)

    def __init__(self, *args: Any, others: QuerySet[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        assert isinstance(field, _Tickets)
        field.queryset = others


class FactsForm(DialogForm):
    """What the ticket says of itself. Each field brings along what stood there when it was opened, so that only what was changed is set."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=300, help_text=gettext_lazy("For us. The player's mails keep their own.")
    )
    topic = TopicField(Topic.objects.none(), label=gettext_lazy("Topic"), required=False, empty_label=gettext_lazy("None"))
    language = forms.ChoiceField(label=gettext_lazy("We write in"))

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics, language = self.fields["topic"], self.fields["language"]
        assert isinstance(topics, TopicField) and isinstance(language, forms.ChoiceField)
        for field in self.fields.values():
            field.show_hidden_initial = True
        topics.queryset = topics_of(ticket.game)
        language.choices = [(code, language_name(code)) for code in dict.fromkeys([*ticket.game.languages, ticket.language])]


class PriorityForm(DialogForm):
    """How much the ticket matters, the most first."""

    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=sorted(Priority.choices, reverse=True),
        coerce=lambda said: Priority(int(said)),
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )


class _Players(forms.ModelChoiceField):  # type: ignore[type-arg]  # at runtime it takes none
    def label_from_instance(self, obj: Player) -> str:
        """The name, and by which accounts the game knows him."""
        accounts: list[GameAccount] = obj.accounts_here  # type: ignore[attr-defined]  # who_may_it_be() has fetched them
        known = ", ".join(_("id %(id)s") % {"id": account.external_id} for account in accounts) or _("no account in this game")
        return f"{obj.name or _('Unnamed player')} · {known}"


class PlayerForm(DialogForm):
    """Whose ticket it is: one of those who write from its address, or whoever holds an account of the game."""

    player = _Players(Player.objects.none(), label=gettext_lazy("Who wrote it"), widget=forms.RadioSelect, empty_label=None, required=False)
    account = forms.CharField(
        label=gettext_lazy("Or somebody else, by the account's id"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The ticket's address is then known as that player's."),
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticket = ticket
        players = self.fields["player"]
        assert isinstance(players, _Players)
        players.queryset = who_may_it_be(ticket.player, ticket.contact, ticket.game)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        account = (said.get("account") or "").strip()
        if account:
            said["player"] = account_holder(self.ticket.game, account)
            if said["player"] is None:
                self.add_error("account", _("No account of %(game)s with this id is known.") % {"game": self.ticket.game.name})
        elif not said.get("player") and "player" not in self.errors:
            self.add_error("player", _("Say who wrote this."))
        return said


class SenderForm(DialogForm):
    """A message came from an address that was not known as the player's: it is."""

    answer_there = forms.BooleanField(
        label=gettext_lazy("Our answers go there from now on"),
        required=False,
        help_text=gettext_lazy("For a player who has lost the former address."),
    )


class HeldForm(DialogForm):
    """A held reply is given back, or changed and let go."""

    text = forms.CharField(
        label=gettext_lazy("What the player reads"),
        strip=False,
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
    )
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("Its author reads this, the player never does.")
    )


class StartForm(forms.Form):
    """We write first. `to` is the channel's own question of whom to write to."""

    channel = forms.CharField(widget=forms.HiddenInput, required=False)
    game = forms.ModelChoiceField(Game.objects.none(), label=gettext_lazy("Game"), empty_label=None)
    to = forms.CharField()
    name = forms.CharField(
        label=gettext_lazy("The player's name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Only if the desk does not know the player yet."),
    )
    language = forms.CharField(label=gettext_lazy("Language"), max_length=12, widget=forms.Select)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    text = forms.CharField(label=gettext_lazy("Text"), strip=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 9}))
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.UUIDField(widget=forms.HiddenInput, required=False)
    typed = forms.CharField(widget=forms.HiddenInput, required=False)
    inserted = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, games: list[Game], way: str, to: forms.Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way, self.fields["to"] = way, to
        field, language = self.fields["game"], self.fields["language"]
        assert isinstance(field, forms.ModelChoiceField) and isinstance(language.widget, forms.Select)
        field.queryset = Game.objects.filter(pk__in=[game.pk for game in games])
        language.widget.choices = [(code, language_name(code)) for code in sorted({code for game in games for code in game.languages})]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("channel") and said["channel"] != self.way:  # it is gone since the page was drawn: nothing goes out by another one
            raise ValidationError(_("Nobody can be written to first by “%(channel)s” any more.") % {"channel": said["channel"][:20]})
        game, language = said.get("game"), said.get("language")
        if game and language and language not in game.languages:
            raise ValidationError(
                {
                    "language": _("%(game)s is supported in %(languages)s.")
                    % {"game": game.name, "languages": ", ".join(map(language_name, game.languages))}
                }
            )
        return said
