"""What one says of a view: its name, sign, folder, and for whom it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.base.templatetags.ui import icon
from helpdesk.staff.forms.departments import OfferingInput
from helpdesk.staff.models import User
from tickets.desk.saved_views.audience import ME, audiences
from tickets.desk.saved_views.models import LONGEST_FOLDER, LONGEST_NAME, Icon, SavedView
from tickets.desk.saved_views.selectors import listed


class ViewForm(forms.Form):
    """`view`: the one that is changed; none: a new one. `revision`: how it stood when the form was drawn."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=LONGEST_NAME)
    icon = forms.ChoiceField(label=_("Sign"), widget=forms.RadioSelect, initial=Icon.LAYERS)
    folder = forms.CharField(label=_("Folder"), max_length=LONGEST_FOLDER, required=False, widget=OfferingInput)
    whose = forms.ChoiceField(
        label=_("For whom"), initial=ME, help_text=_("Whoever opens it sees the tickets that they may see, and no others.")
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, view: SavedView | None = None, **kwargs: Any) -> None:
        if view:
            said = {"name": view.label, "icon": view.icon, "folder": view.folder, "whose": view.whose, "revision": view.revision}
            kwargs["initial"] = said
        super().__init__(*args, **kwargs)
        sign, whose, folder = self.fields["icon"], self.fields["whose"], self.fields["folder"].widget
        assert isinstance(sign, forms.ChoiceField)
        assert isinstance(whose, forms.ChoiceField)
        assert isinstance(folder, OfferingInput)
        sign.choices = [(one.value, format_html('{}<span class="unseen">{}</span>', icon(one.value, 16), one.label)) for one in Icon]
        whose.choices = [(audience.word, audience.label) for audience in audiences(by)]
        if len(whose.choices) == 1:
            whose.widget = forms.HiddenInput()
        folder.offers = sorted({one.folder for one in listed(by) if one.folder})

    def facts(self) -> dict[str, str]:
        """What was said, without the revision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}
