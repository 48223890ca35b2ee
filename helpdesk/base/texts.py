"""Finding and filling the texts that players read.

A template names its places as `{player}`; only the named values are put in, never objects, so a text cannot reach into the desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from helpdesk.base.models import Text, TextVersion
from helpdesk.base.text import literal

_PLACE = re.compile(r"\{\s*([^\W\d]\w*)\s*\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language: `version_id` is what a message stores about where its words came from."""

    version_id: int
    language: str
    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> Wording:
        """The same with its places filled; a place without a value is left empty, braces never reach a player.

        The body is written in our few marks, so what is put into it is made literal: a player called `[Prize](https://…)` gets no link.
        """
        subject = _PLACE.sub(lambda place: values.get(place[1], ""), self.subject)
        body = _PLACE.sub(lambda place: literal(values.get(place[1], "")), self.body)
        return Wording(self.version_id, self.language, subject, body)


def wording(key: str, *, scopes: Iterable[str], languages: Iterable[str]) -> Wording | None:
    """The newest wording of `key`: the first scope that has it (then the text for all), in the first language it has.

    Two queries at most. None when nobody wrote it in any of these languages; one that was emptied counts as not written.
    """
    order = [*scopes, ""]
    texts = {text.scope: text for text in Text.objects.filter(key=key, scope__in=order)}
    newest: dict[tuple[int, str], TextVersion] = {}
    for version in TextVersion.objects.filter(text__in=texts.values()).order_by("version"):
        newest[version.text_id, version.language] = version
    for language in languages:
        for scope in order:
            if scope in texts and (found := newest.get((texts[scope].pk, language))) and found.has_words:
                return Wording(found.pk, language, found.subject, found.body)
    return None


@transaction.atomic
def write(text: Text, *, language: str, subject: str, body: str, author_id: int | None) -> TextVersion:
    """A new version of a text in one language. Unknown places are refused by name."""
    unknown = sorted(set(_PLACE.findall(subject + body)) - set(text.placeholders))
    if unknown:
        raise DomainError(
            _("This text knows no place called %(names)s. It knows: %(known)s.")
            % {
                "names": ", ".join(f"{{{name}}}" for name in unknown),
                "known": ", ".join(f"{{{name}}}" for name in text.placeholders) or "–",
            },
            field="body",
        )
    Text.objects.select_for_update().get(pk=text.pk)
    last = TextVersion.objects.filter(text=text, language=language).aggregate(last=Max("version"))["last"] or 0
    return TextVersion.objects.create(text=text, language=language, version=last + 1, subject=subject, body=body, author_id=author_id)
