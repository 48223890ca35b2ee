"""What the pages say: technical errors in words, a page that is not one's own, the mail's preview."""

from __future__ import annotations

import io

import pytest
from django.utils import translation
from PIL import Image

from helpdesk.base.models import Text
from helpdesk.base.texts import write
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.games import keep_logo
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.mail.outbound.branding import SIGNATURE_KEY
from tickets.mail.outbound.trouble import OURS, REPORTED, THEIRS, UNKNOWN, in_words
from tickets.models import Draft
from tickets.services.attachments import NewFile, attach
from tickets.services.drafts import save_draft


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("TimeoutError: timed out", "did not answer in time"),
        ("gaierror: [Errno -2] Name or service not known", "name was not found"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "could not be reached"),
        ("SMTPServerDisconnected: Connection unexpectedly closed", "broke"),
        ("SSLCertVerificationError: certificate has expired", "No secure connection"),
        ("550 5.1.1 <x@y.example>: Recipient address rejected", "no such mailbox"),
        ("552 5.2.2 Mailbox full", "mailbox is full"),
        ("554 5.7.1 blocked by policy", "takes no mail from us"),
        ("421 4.7.0 Try again later", "try again later"),
        ("500 what?", "refused the message"),
        ("A file of this message cannot be read: 3f/aa", "could not be read from the storage"),
        ("KeyError: 'x'", "Something went wrong"),
    ],
)
def test_an_error_is_a_sentence(error: str, words: str) -> None:
    with translation.override("en"):
        assert words in in_words(error)
        assert "Error" not in in_words(error)


def test_no_error_no_words() -> None:
    assert in_words(" ") == ""
    said = [words for _pattern, words in (*OURS, *THEIRS[1:])] + [*REPORTED.values(), UNKNOWN]
    assert len({str(words) for words in said}) == len(said)


@pytest.mark.django_db
def test_somebody_without_a_role_is_told_so_and_finds_a_way_out(desk: Desk) -> None:
    somebody(Right.MANAGE_ROLES, name="Greta Lind")
    answer = desk(somebody(name="Nils Neu")).get("/tickets/")

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You have no role at this desk yet" in page
    assert 'href="mailto:greta@studio.example">Greta Lind' in page
    assert 'action="/accounts/logout/"' in page
    assert "To the queue" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "asked", "way"),
    [(Right.SEE_AUDIT, "/tickets/", "/settings/"), (Right.VIEW, "/settings/audit/", "/tickets/"), (Right.NOTE, "/tickets/", "/account/")],
)
def test_the_way_out_is_a_page_that_opens(desk: Desk, right: Right, asked: str, way: str) -> None:
    client = desk(somebody(right))
    page = client.get(asked)

    assert page.status_code == 403
    assert f'<a class="btn do" href="{way}">' in page.content.decode()
    assert client.get(way).status_code == 200


@pytest.mark.django_db
def test_the_preview_is_the_mail_with_its_logo_signature_and_files(clara: User, desk: Desk, settings: object, tmp_path: object) -> None:
    game = make_game()
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "#cc3300").save(picture, "PNG")
    game.logo = keep_logo(picture.getvalue())
    game.save()
    signature = Text.objects.get_or_create(key=SIGNATURE_KEY, scope="", defaults={"label": "Signature", "placeholders": ["operator"]})[0]
    write(signature, language="en", subject="", body="Your guides, {operator}", author_id=None)
    ticket = make_ticket(game=game)
    draft = save_draft(ticket, author=clara, kind=Draft.Kind.REPLY, text="Take XK*9A*22, **now**")
    attach(ticket, NewFile("route.txt", b"north"), draft=draft)

    preview = desk(clara).get(f"/tickets/{ticket.number}/preview/").content.decode()
    card = desk(clara).get(f"/tickets/{ticket.number}/card/", headers={"HX-Request": "true"}).content.decode()

    for part in ("XK*9A*22", ">now</strong>", 'src="data:image/png;base64,', "Your guides, Clara", "route.txt"):
        assert part in preview
    assert "cid:" not in preview
    assert 'id="signs"' in card
    assert "Your guides, Clara" in card


@pytest.mark.django_db
def test_who_may_not_answer_is_shown_no_signature(desk: Desk) -> None:
    ticket = make_ticket()
    reader = somebody(*[right for right in DAILY if right != Right.REPLY])

    assert "signs" not in desk(reader).get(f"/tickets/{ticket.number}/card/", headers={"HX-Request": "true"}).content.decode()
