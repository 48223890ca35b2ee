"""What the player wrote this time, in the mail programs and languages that our players use."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.parse import ParsedMail, parse_mail


def read(text: str, kind: str = "text/plain") -> ParsedMail:
    """An answer to a mail of ours."""
    return parse_mail(letter(text, kind=kind, in_reply_to="<desk.1@ember.example>"))


INTRODUCTIONS = [
    "On Tue, Oct 14, 2025 at 9:30 AM, Ember Support <help@ember.example> wrote:",
    "On Tue, Oct 14, 2025 at 9:30 AM, Ember Support with a long name\n<help@ember.example> wrote:",
    "On 14/10/2025 09:30, Ember Support wrote:",
    "Am Di., 14. Okt. 2025 um 09:30 Uhr schrieb Ember Support <help@ember.example>:",
    "Am 14.10.2025 um 09:30 schrieb Ember Support:",
    "El mar, 14 oct 2025 a las 9:30, Ember Support (<help@ember.example>) escribió:",
    "вт, 14 окт. 2025 г. в 09:30, Ember Support <help@ember.example>:",
    "14 октября 2025 г., 9:30, Ember Support <help@ember.example> написал(а):",
    "14.10.2025 9:30, Ember Support пишет:",
    '14.10.2025, 09:30, "Ember Support" <help@ember.example>:',
    "Вторник, 14 октября 2025, 9:30 +03:00 от Ember Support <help@ember.example>:",
    "Le mar. 14 oct. 2025 à 09:30, Ember Support <help@ember.example> a écrit :",
    "Вы писали 14 октября 2025 г., 9:30:35:",
    "2025年10月14日(火) 9:30 Ember Support <help@ember.example>:",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("marked", [True, False])
def test_a_reply_above_the_quote(introduction: str, marked: bool):
    quote = "> Which sword?\n> Please tell us." if marked else "Which sword?\nPlease tell us."

    mail = read(f"The blue one.\n\nThanks!\n\n{introduction}\n\n{quote}\n")

    assert mail.text == "The blue one.\n\nThanks!"
    assert "Which sword?" in mail.quoted
    assert introduction.split("\n", maxsplit=1)[0] in mail.quoted


HEADS = [
    "From: Ember Support <help@ember.example>\nSent: Tuesday, October 14, 2025 9:30 AM\nTo: Anna\nSubject: Re: My sword",
    "*From:* Ember Support <help@ember.example>\n*Date:* Tuesday, October 14, 2025 9:30 AM\n*To:* Anna\n*Subject:* Re: My sword",
    "Von: Ember Support <help@ember.example>\nGesendet: Dienstag, 14. Oktober 2025 09:30\nAn: Anna\nBetreff: AW: Mein Schwert",
    "От: Ember Support <help@ember.example>\nОтправлено: 14 октября 2025 г. 9:30\nКому: Анна\nТема: Re: Мой меч",
    "De: Ember Support <help@ember.example>\nEnviado: martes, 14 de octubre de 2025 9:30\nPara: Anna\nAsunto: Re: Mi espada",
    "________________________________\nFrom: help@ember.example\nSent: 14.10.2025\nTo: Anna\nCc: Boris\nSubject: Re: My sword",
    "-----Original Message-----\nFrom: help@ember.example",
    "-----Ursprüngliche Nachricht-----\nVon: help@ember.example",
    "-------- Исходное сообщение --------\nОт: help@ember.example",
    "-------- Пересылаемое сообщение --------\n14.10.2025, 9:30",
    "-----Mensaje original-----\nDe: help@ember.example",
    "---------- Forwarded message ---------\nFrom: help@ember.example",
    "Begin forwarded message:\n\nFrom: help@ember.example",
]


@pytest.mark.parametrize("head", HEADS)
def test_below_a_head_of_another_mail_all_is_quote(head: str):
    mail = read(f"The blue one.\n\n{head}\n\nWhich sword?\n")

    assert (mail.text, mail.quoted) == ("The blue one.", f"{head}\n\nWhich sword?")


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Yahoo Mail for Android",
        "Get Outlook for iOS",
        "Get Outlook for Android<https://aka.ms/x>",
        "Sent from Mail for Windows",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "Отправлено из мобильного приложения Яндекс Почты",
        "Отправлено с моего телефона Xiaomi",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Gesendet mit der GMX Mail App",
        "Enviado desde mi iPhone",
        "Enviado desde mi Samsung Galaxy",
        "Envoyé de mon iPhone",
    ],
)
def test_what_the_telephone_adds_is_a_signature(line: str):
    mail = read(f"The blue one.\n\n{line}\n\nOn 14 Oct 2025, at 09:30, Ember <help@ember.example> wrote:\n\n> Which sword?\n")

    assert (mail.text, mail.signature) == ("The blue one.", line)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Sent from my heart to you all", "Sent from my heart to you all"),
        ("I wrote:\nhelp me", "I wrote:\nhelp me"),
        ("- first\n- second", "- first\n- second"),
        ("Thanks,\nAnna\n\nOne more thing: my shield.", "Thanks,\nAnna\n\nOne more thing: my shield."),
        ("From: the gate\nTo: the tower\nit is broken", "From: the gate\nTo: the tower\nit is broken"),
        ("Error log:\n2025-10-14 09:30 crash\n2025-10-14 09:31 crash", "Error log:\n2025-10-14 09:30 crash\n2025-10-14 09:31 crash"),
        ("My nick -- Blade -- is taken", "My nick -- Blade -- is taken"),
    ],
)
def test_a_players_own_words_are_left_alone(text: str, kept: str):
    mail = read(text)

    assert (mail.text, mail.quoted, mail.signature) == (kept, "", "")


def test_a_signature_below_two_dashes():
    mail = read("The blue one.\n\n-- \nAnna Petrova\nGuild of the North\n")

    assert (mail.text, mail.signature) == ("The blue one.", "--\nAnna Petrova\nGuild of the North")


def test_a_disclaimer_is_folded_too():
    mail = read("The blue one.\n\nThis e-mail and any attachment is confidential and intended solely for the addressee.\n")

    assert (mail.text, "confidential" in mail.signature) == ("The blue one.", True)


def test_a_reply_below_the_quote():
    mail = read("On 14 Oct 2025, Ember <help@ember.example> wrote:\n> Which sword?\n> Please tell us.\n\nThe blue one.\n")

    assert (mail.text, mail.interleaved) == ("The blue one.", False)


def test_answers_between_the_quoted_lines_are_all_kept_and_their_order_is_known():
    text = "Hi!\n\nOn 14 Oct 2025, Ember <help@ember.example> wrote:\n> Which sword?\n\nThe blue one.\n\n> And when?\n\nYesterday.\n"

    mail = read(text)

    assert (mail.text, mail.interleaved) == ("Hi!\n\nThe blue one.\n\nYesterday.", True)
    assert mail.full_text.index("> And when?") < mail.full_text.index("Yesterday.")


def test_a_quoted_line_that_was_wrapped_badly_is_no_answer():
    quoted = "> We have looked at your account and we have found that the sword was\nsold yesterday\n> to the merchant in the harbour."

    mail = read(f"I did not!\n\n{quoted}\n")

    assert (mail.text, mail.interleaved) == ("I did not!", False)


@pytest.mark.parametrize(
    "text",
    [
        "> Which sword?\n> Please tell us.",
        "---------- Forwarded message ---------\nFrom: Boris <boris@players.example>\n\nMy sword is gone",
        "Sent from my iPhone",
        "-- \nAnna",
    ],
)
def test_where_nothing_would_remain_all_is_the_text(text: str):
    mail = read(text)

    assert (mail.text, mail.quoted, mail.signature) == (text.replace("-- \n", "--\n"), "", "")


PAGES = {
    "gmail": '<div dir="ltr">The blue one.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    'On Tue, 14 Oct 2025 at 09:30, Ember &lt;<a href="mailto:help@ember.example">help@ember.example</a>'
    '&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0">Which sword?</blockquote>'
    "</div>",
    "outlook": '<div class="WordSection1"><p class="MsoNormal">The blue one.</p><p class="MsoNormal">&nbsp;</p>'
    '<div><div style="border:none"><p class="MsoNormal"><b>Von:</b> Ember &lt;help@ember.example&gt;<br>'
    "<b>Gesendet:</b> Dienstag, 14. Oktober 2025 09:30<br><b>An:</b> Anna<br><b>Betreff:</b> Schwert</p>"
    '</div></div><p class="MsoNormal">Which sword?</p></div>',
    "outlook web": '<div>The blue one.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ember<br>'
    "<b>Sent:</b> today</div><div>Which sword?</div>",
    "apple": '<div>The blue one.</div><div><br><blockquote type="cite"><div>On 14 Oct 2025, at 09:30, Ember wrote:</div>'
    "<div>Which sword?</div></blockquote></div>",
    "yahoo": '<div>The blue one.</div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday Ember '
    "wrote:</div><div>Which sword?</div></div>",
    "mail.ru": "<p>The blue one.</p><br>Вторник, 14 октября 2025, 9:30 +03:00 от Ember &lt;help@ember.example&gt;:<br>"
    '<blockquote style="border-left:1px solid">Which sword?</blockquote>',
    "yandex": '<div>The blue one.</div><div>14.10.2025, 09:30, "Ember" &lt;help@ember.example&gt;:</div><blockquote>'
    "<p>Which sword?</p></blockquote>",
    "thunderbird": '<p>The blue one.</p><div class="moz-cite-prefix">On 14.10.2025 09:30, Ember wrote:<br></div><blockquote '
    'type="cite" cite="mid:x@y">Which sword?</blockquote>',
    "proton": '<div>The blue one.</div><div class="protonmail_quote">On Tuesday, Ember wrote:<br><blockquote class="protonmail_quot'
    'e" type="cite">Which sword?</blockquote></div>',
    "outlook mac": '<div>The blue one.</div><span id="OLK_SRC_BODY_SECTION"><div>From: Ember</div><div>Which sword?</div></span>',
    "old hotmail": '<div>The blue one.</div><hr id="stopSpelling">Date: today<br>Which sword?',
}


@pytest.mark.parametrize("program", PAGES)
def test_quotes_in_html_are_known_by_the_marks_of_the_program(program: str):
    mail = read(PAGES[program], kind="text/html")

    assert mail.text == "The blue one."
    assert "Which sword?" in mail.quoted


@pytest.mark.parametrize(
    "mark",
    [
        '<div class="gmail_signature">Anna<br>Guild of the North</div>',
        '<div id="Signature"><p>Anna</p><p>Guild of the North</p></div>',
        '<pre class="moz-signature">-- \nAnna\nGuild of the North</pre>',
        '<div data-signatureblock="true">Anna<br>Guild of the North</div>',
    ],
)
def test_signatures_in_html(mark: str):
    mail = read(f"<div>The blue one.</div>{mark}", kind="text/html")

    assert mail.text == "The blue one."
    assert "Guild of the North" in mail.signature


def test_an_indented_paragraph_is_no_quote():
    mail = read(
        '<div>My list:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>sword</div></blockquote>', kind="text/html"
    )

    assert mail.text == "My list:\n\nsword"


def test_links_tell_where_they_lead_and_pictures_their_words():
    mail = read(
        '<p>See <a href="https://pics.example/1">my picture</a> and <a href="https://x.example">x.example</a>'
        ' <img alt="🙂"><img alt="sword"></p>',
        kind="text/html",
    )

    assert mail.text == "See my picture <https://pics.example/1> and x.example 🙂[sword]"


def test_what_is_hidden_in_html_is_not_read_aloud():
    assert read('<div style="display:none">preheader</div><p>Words</p>', kind="text/html").text == "Words"


@pytest.mark.parametrize("line", ["my friend wrote on 14.10.2025:", "Der Support schrieb am 14.10.2025:", "Мне написали 14.10.2025:"])
def test_a_players_own_sentence_with_a_date_hides_nothing_below_it(line: str):
    text = f"Hello,\n{line}\nthe sword is gone.\nThanks"

    assert (read(text).text, read(text).quoted) == (text, "")


def test_the_small_head_that_yandex_writes_above_its_introduction_belongs_to_the_quote():
    head = '----------------\nКому: Anna (anna@players.example);\nТема: Re: Меч;\n14.10.2025, 09:30, "Support" <help@ember.example>:'

    mail = read(f"Не пришло\n\n{head}\n\n> Здравствуйте")

    assert (mail.text, mail.quoted.startswith("-----")) == ("Не пришло", True)


@pytest.mark.parametrize("line", ["Получите Outlook для Android<https://aka.ms/AAb9ysg>", "Outlook für Android herunterladen"])
def test_an_advertisement_of_the_mail_program_is_no_part_of_the_text(line: str):
    assert read(f"Не пришло\n\n{line}").text == "Не пришло"


BAT = """Hello Ember,

Tuesday, October 14, 2025, 9:30:35 AM, you wrote:

ES> Which sword is gone?

The blue one.

ES> And when did you
ES> see it last?
AP>> It is gone.

On Monday.

--
Best regards,
 Anna                            mailto:anna@players.example"""


def test_quotes_by_initials_are_folded_between_the_answers():
    mail = read(BAT)

    assert mail.text == "Hello Ember,\n\nThe blue one.\n\nOn Monday."
    assert "ES> Which sword is gone?\n\nES> And when did you\nES> see it last?\nAP>> It is gone." in mail.quoted
    assert "you wrote:" in mail.quoted
    assert mail.interleaved


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("АП> Какой меч пропал?\nАП> Напишите нам.", "Синий."),
        ("Вы писали 14 октября 2025 г., 9:30:35:\n\nEV> Какой меч пропал?", "Синий."),
        (" J.D.> Which one?\n J.D.>\n J.D.> Tell us.", "The blue one."),
        ("Ember> Which one?\n\nEmber> Tell us.", "The blue one."),
    ],
)
def test_a_quote_by_initials_is_known_by_two_lines_or_by_its_introduction(quote: str, answer: str):
    for text in (f"{quote}\n\n{answer}", f"{answer}\n\n{quote}"):
        mail = read(text)

        assert (mail.text, mail.quoted) == (answer, quote.strip("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "It works\nif a> b\nif a> c\nand not else.",
        "My values:\nHP> 50\nHP> 60\nIs that right?",
        "A> is broken\nB> is not\nWhy?",
        "I click on\nMenu> Settings\nand it crashes.",
        "I typed\nmysql> select 1\nmysql> select 2\nand nothing came.",
        "He wrote:\nGM> you are banned\nWhy?",
        "x\nLongerThanAnyName> one\nLongerThanAnyName> two\ny",
    ],
)
def test_a_sign_behind_a_word_is_no_quote_by_itself(text: str):
    mail = read(text)

    assert (mail.text, mail.quoted) == (text, "")
