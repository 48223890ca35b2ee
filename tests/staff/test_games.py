"""Games: the brand is changed by those who may, for the games they may."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError
from django.urls import reverse
from PIL import Image

from helpdesk.audit.models import AuditEntry
from helpdesk.base import blobs
from helpdesk.staff.forms.games import COLOURS, GameForm, parse_spans
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from tests.factories.desk import make_game
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db


def typed(game: Game | None = None, **changes: object) -> dict[str, object]:
    """The form as a person would send it, with `changes`."""
    form = GameForm.of(game)
    facts = {name: form[name].value() for name in form.fields if name != "logo"}
    return {name: value for name, value in (facts | changes).items() if value not in (None, False)}


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "#c03020").save(out, "JPEG", comment=b"made at home")
    return SimpleUploadedFile("logo.jpg", out.getvalue(), content_type="image/jpeg")


def test_the_brand_is_changed_and_only_what_changed_is_told(client) -> None:
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES, name="Nora Berg"))

    facts = typed(emberfall, colour_main="#AA2200", hours_0="09:00-13:00, 14:00-18:00", holidays="2026-12-25\n2026-01-01")
    answer = client.post(reverse("staff:game", args=[emberfall.pk]), facts)

    assert answer.status_code == 302
    emberfall.refresh_from_db()
    assert (emberfall.colour_main, emberfall.hours) == ("#aa2200", {"0": [["09:00", "13:00"], ["14:00", "18:00"]]})
    changes = AuditEntry.objects.get(action="games.changed").data["changes"]
    assert set(changes) == {"colour_main", "hours", "holidays"}


def test_a_logo_is_drawn_anew_and_served_as_png(client, settings, tmp_path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES))

    client.post(reverse("staff:game", args=[emberfall.pk]), typed(emberfall) | {"logo": picture()})

    emberfall.refresh_from_db()
    assert emberfall.logo is not None
    content = blobs.read(emberfall.logo)
    assert content.startswith(b"\x89PNG") and b"made at home" not in content
    assert client.get(reverse("staff:game_logo", args=[emberfall.pk]))["Content-Type"] == "image/png"


def test_a_logo_that_finds_no_room_is_refused_beside_its_field(client, settings, tmp_path, disk) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES))
    disk.full = True

    answer = client.post(reverse("staff:game", args=[emberfall.pk]), typed(emberfall, strapline="Warm again") | {"logo": picture()})

    page = answer.content.decode()
    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"logo"})
    assert "this was not stored" in page and "Warm again" in page
    emberfall.refresh_from_db()
    assert (emberfall.logo, emberfall.strapline) == (None, "")


def test_what_is_no_picture_is_refused_beside_its_field(client) -> None:
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES))

    bad = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", content_type="image/png")
    answer = client.post(reverse("staff:game", args=[emberfall.pk]), typed(emberfall) | {"logo": bad})

    assert answer.status_code == 422
    assert "no picture that the desk can read" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("colour_main", "red", "six hexadecimal"),
        ("default_language", "ja", "one of the game&#x27;s languages"),
        ("back_office_link", "https://tools.example/players/", "where the account"),
        ("back_office_link", "javascript:alert({id})", "begins with https"),
        ("hours_1", "9-18", "not a span of time"),
        ("holidays", "Christmas", "is not a day"),
        ("address", "play@tidewake.example", "already uses this address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, field: str, value: str, says: str) -> None:
    make_game("tidewake", address="play@tidewake.example")
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES))

    answer = client.post(reverse("staff:game", args=[emberfall.pk]), typed(emberfall, name="Emberfall II", **{field: value}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page and "Emberfall II" in page
    assert Game.objects.get(pk=emberfall.pk).name == "Emberfall"


def test_a_game_is_somebody_elses_when_the_grant_does_not_name_it(client) -> None:
    emberfall, tidewake = make_game("emberfall"), make_game("tidewake")
    client.force_login(somebody(Right.MANAGE_GAMES, game=emberfall))

    page = client.get(reverse("staff:games")).content.decode()

    assert "Emberfall" in page and "Tidewake" not in page
    assert client.get(reverse("staff:game", args=[tidewake.pk])).status_code == 404
    assert client.post(reverse("staff:game", args=[tidewake.pk]), typed(tidewake)).status_code == 404
    assert client.get(reverse("staff:new_game")).status_code == 403


def test_a_new_game_gets_a_short_name(client) -> None:
    client.force_login(somebody(Right.MANAGE_GAMES))
    facts = typed(None, name="Star Lantern", team_name="Star Lantern Support", sender_name="Star Lantern", address="help@lantern.example")

    client.post(reverse("staff:new_game"), facts)

    assert Game.objects.get(slug="star-lantern").address == "help@lantern.example"


def test_the_preview_draws_what_is_typed_and_lets_no_markup_through(client) -> None:
    client.force_login(somebody(Right.MANAGE_GAMES))

    answer = client.post(reverse("staff:game_preview"), typed(None, name="<b>Ember", colour_main='#fff"/><script>'))

    drawn = answer.content.decode()
    assert "&lt;b&gt;Ember" in drawn and "<script>" not in drawn and "<html" not in drawn


@pytest.mark.parametrize("words", ["18:00-09:00", "09:00-12:00, 11:00-13:00", "25:00-26:00", "09:00"])
def test_hours_that_make_no_sense(words: str) -> None:
    with pytest.raises(ValidationError):
        parse_spans(words)


@pytest.mark.parametrize(
    ("main", "writing", "said"), [("#ffffff", "#ffffff", "1.0 : 1"), ("#888888", "#ffffff", "3.5 : 1"), ("#0f6f7c", "#ffffff", "")]
)
def test_colours_that_nobody_can_read_are_refused_with_their_contrast(main: str, writing: str, said: str) -> None:
    data = typed(make_game(), colour_main=main, colour_on_main=writing)

    errors = GameForm.of(None, data).errors.get("colour_on_main", [])

    assert [said in error for error in errors] == ([True] if said else [])


def test_a_tint_that_mails_replace_is_a_warning_only() -> None:
    form = GameForm.of(make_game())

    warned = form.unreadable({name: form[name].value() for name in COLOURS} | {"colour_tint": "#777777"})

    assert list(warned) == ["colour_tint"]
    assert ": 1 on the tint" in warned["colour_tint"]
