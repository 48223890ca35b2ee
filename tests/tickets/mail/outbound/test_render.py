"""The mail a player gets: the game's face, the reply first, the history folded, the same words as plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tickets.mail.outbound.render import Branding, Earlier, Logo, MailContent, SurveyBlock, one_line, render_mail

EMBER = Branding(
    name="Emberfall",
    strapline="Support of the Realm",
    team="Emberfall Support",
    main="#3a1c15",
    on_main="#fbe7cf",
    accent="#d9622b",
    capitals=True,
)
ANNA = MailContent(
    brand=EMBER,
    language="ru",
    subject="Пропали кристаллы",
    body="Дмитрий, здравствуйте!\n\nУже начислили **2 400**.",
    number="N-7F3K-20",
    author_name="Анна",
    earlier=(
        Earlier(datetime(2026, 11, 22, 16, 42, tzinfo=UTC), "Деньги <b>списали</b>.\nЗаказ 3382."),
        Earlier(datetime(2025, 11, 22, 10, 0, tzinfo=UTC), "Смотрим.", who="Борис"),
    ),
    zone="Europe/Moscow",
    year=2026,
)


def test_the_plain_text_reads_like_a_letter():
    assert render_mail(ANNA).text == (
        "Дмитрий, здравствуйте!\n\nУже начислили **2 400**.\n\nАнна\nEmberfall Support\n\n"
        "Вы писали 22 ноября в 19:42:\n> Деньги <b>списали</b>.\n> Заказ 3382.\n\n"
        "Борис, 22 ноября 2025\N{NO-BREAK SPACE}г. в 13:00:\n> Смотрим.\n\n"
        "Обращение N-7F3K-20. Чтобы продолжить разговор, просто ответьте на это письмо.\n"
    )


def test_the_html_wears_the_game_and_keeps_its_rules_for_night_and_phone():
    html = render_mail(ANNA).html

    assert "background-color: #3a1c15" in html
    assert "<strong>2 400</strong>" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media (max-width: 480px)" in html
    assert 'lang="ru"' in html
    assert "Деньги &lt;b&gt;списали&lt;/b&gt;.<br>" in html
    assert html.index("charset") < 1024
    assert "<link" not in html
    assert "http" not in html


def test_the_reply_stands_before_the_history():
    html = render_mail(ANNA).html

    assert html.rindex("начислили") < html.index("Вы писали") < html.index("Борис")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "just answer this mail"),
        ("de", "antworte einfach"),
        ("es", "responde simplemente"),
        ("ru", "просто ответьте"),
        ("de-AT", "antworte einfach"),
        ("xx", "just answer this mail"),
        ("", "just answer this mail"),
    ],
)
def test_the_frame_speaks_the_players_language(language, words):
    mail = render_mail(replace(ANNA, language=language))

    assert words in mail.text
    assert words in mail.html


def test_a_right_to_left_mail_is_mirrored():
    html = render_mail(replace(ANNA, language="ar", body="مرحبا")).html

    assert '<html lang="ar" dir="rtl">' in html
    assert "border-right: 3px solid #d9622b" in html
    assert 'dir="auto"' in html


def test_only_the_last_two_messages_are_folded_in_and_a_long_one_is_cut():
    long = Earlier(datetime(2026, 11, 22, tzinfo=UTC), "слово " * 2000)
    mail = render_mail(replace(ANNA, earlier=(long, *ANNA.earlier)))

    assert "Смотрим" not in mail.text
    assert len(mail.text) < 2500
    assert " …" in mail.text


def test_survey_marks_are_links_and_unsubscribing_is_offered():
    block = SurveyBlock("How was our help?", tuple((n, f"https://desk.example/s/t?score={n}") for n in range(1, 6)), "poor", "great")
    mail = render_mail(replace(ANNA, language="en", survey=block, unsubscribe_url="https://desk.example/s/t/stop"))

    assert 'href="https://desk.example/s/t?score=5"' in mail.html
    assert "1 (poor): https://desk.example/s/t?score=1" in mail.text
    assert "https://desk.example/s/t/stop" in mail.text
    assert 'href="https://desk.example/s/t/stop"' in mail.html


def test_a_logo_travels_inside_and_names_itself():
    html = render_mail(replace(ANNA, brand=replace(EMBER, logo=Logo("logo@desk", 160, 40)))).html

    assert 'src="cid:logo@desk"' in html
    assert 'alt="Emberfall"' in html


def test_where_pictures_are_blocked_the_whole_name_stands_in_its_place():
    html = render_mail(replace(ANNA, brand=replace(EMBER, logo=Logo("logo@desk", 48, 48)))).html

    (picture,) = re.findall("<img[^>]*>", html)
    assert 'alt="Emberfall"' in picture
    for style in ("width: auto", "height: 48px", "font-size: 24px", "text-transform: uppercase"):
        assert style in picture  # a width of its own would cut the name after two letters


def test_a_brand_name_with_signs_is_words_not_html():
    odd = replace(EMBER, name="<script>x</script> & co", signature="<img src=x>")
    html = render_mail(replace(ANNA, brand=odd, author_name="<b>Eve</b>")).html

    assert "<script" not in html
    assert "<img" not in html
    assert "<b>Eve" not in html


def test_a_header_has_one_line():
    assert one_line("Re: hello\r\nBcc: all@example.com\u202eevil") == "Re: hello Bcc: all@example.com evil"
    assert render_mail(replace(ANNA, subject="a\nb" * 200)).subject.endswith("…")


def test_the_words_in_the_text_are_what_was_typed():
    typed = "One\n\n\n\n  two  *  three\n\n\nXK*9A*22 **now**"

    assert typed in render_mail(replace(ANNA, body=typed)).text
