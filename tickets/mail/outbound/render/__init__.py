"""A letter becomes a mail: subject, HTML in the game's brand, and the same words as plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import css_inline
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from tickets.mail.outbound.brand import Branding, Logo, Palette, palette
from tickets.mail.outbound.render.content import Earlier, MailContent, RenderedMail, SurveyBlock
from tickets.mail.outbound.render.phrases import day_and_time, direction, frame_language, phrases
from tickets.markup import to_html, to_text

__all__ = ["Branding", "Earlier", "MailContent", "Logo", "Palette", "RenderedMail", "SurveyBlock", "one_line", "render_mail"]

EARLIER_SHOWN, EARLIER_LENGTH, PREHEADER_LENGTH, SUBJECT_LENGTH = 2, 1200, 110, 200
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
PLACE_OF_BODY = "\ue000"
BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


def one_line(text: str, limit: int = SUBJECT_LENGTH) -> str:
    """For headers and names: no line breaks, no control or direction-turning characters, and not too long."""
    flat = " ".join(UNSEEN.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def render_mail(letter: MailContent) -> RenderedMail:
    """Subject, text and HTML of a letter. Pure: no database, no network; the same letter gives the same mail."""
    context = _context(letter)
    html = _inliner.inline(render_to_string("mail/letter.html", context))
    frame = render_to_string("mail/letter.txt", context | {"body_text": PLACE_OF_BODY})
    text = BLANK_LINES.sub("\n\n", frame).replace(PLACE_OF_BODY, context["body_text"]).strip() + "\n"  # the words keep their own lines
    return RenderedMail(subject=one_line(letter.subject), text=text, html=html)


def _context(letter: MailContent) -> dict[str, Any]:
    frame = frame_language(letter.language, letter.fallback)
    words = phrases(frame)
    body = to_html(letter.body)
    return {
        "letter": letter,
        "brand": letter.brand,
        "colours": palette(letter.brand),
        "language": letter.language,
        "frame_language": frame,
        "direction": direction(letter.language),
        "frame_direction": direction(frame),
        "subject": one_line(letter.subject),
        "preheader": one_line(unescape(strip_tags(body)), PREHEADER_LENGTH),
        "author": one_line(letter.author_name, 80),
        "body_html": body,
        "body_text": to_text(letter.body),
        "signature_html": to_html(letter.brand.signature) if letter.brand.signature else "",
        "signature_text": to_text(letter.brand.signature),
        "earlier": [_earlier(one, letter, frame) for one in letter.earlier[:EARLIER_SHOWN]],
        "ticket_line": words.ticket.format(number=letter.number) if letter.number else "",
        "unsubscribe_label": words.unsubscribe,
    }


def _earlier(one: Earlier, letter: MailContent, frame: str) -> dict[str, str]:
    words = phrases(frame)
    day, time = day_and_time(one.when, language=frame, zone=letter.zone, year=letter.year)
    text = BLANK_LINES.sub("\n\n", one.text.replace("\r\n", "\n").replace("\x00", "")).strip()
    if len(text) > EARLIER_LENGTH:
        text = text[:EARLIER_LENGTH].rsplit(maxsplit=1)[0] + " …"
    who = one_line(one.who, 80)
    head = words.other_wrote.format(who=who, day=day, time=time) if who else words.you_wrote.format(day=day, time=time)
    return {"head": head, "text": text, "quoted": "\n".join(f"> {line}".rstrip() for line in text.split("\n"))}
