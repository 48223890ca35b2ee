"""Vacation notes in the languages of players, and people who speak of vacations."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound.judge import Known, Outcome, judge
from tickets.mail.parse import parse_mail
from tickets.mail.parse.away_words import BODIES, SUBJECTS, away_body, away_subject

OURS = "Re: Lost shield"  # the mail of ours that the note answers
NOTES = {  # language: (subject, text) of a note that a program wrote
    "en": ("Automatic reply: Lost shield", "Hello, I am out of the office until 7 December and will answer when I return."),
    "de": ("Automatische Antwort: Lost shield", "Guten Tag, ich bin bis zum 7. Dezember nicht im Büro."),
    "fr": ("Réponse automatique : Lost shield", "Bonjour, je suis en congés, de retour le 7 décembre."),
    "es": ("Respuesta automática: Lost shield", "Hola, estoy de vacaciones hasta el 7 de diciembre."),
    "it": ("Risposta automatica: Lost shield", "Buongiorno, sono fuori ufficio e rientrerò il 7 dicembre."),
    "pt": ("Resposta automática: Lost shield", "Olá, estou de férias e regresso no dia 7 de dezembro."),
    "nl": ("Automatisch antwoord: Lost shield", "Beste, ik ben afwezig tot 7 december."),
    "sv": ("Autosvar: Lost shield", "Hej, jag är på semester till den 7 december."),
    "no": ("Automatisk svar: Lost shield", "Hei, jeg er på ferie og er tilbake den 7. desember."),
    "da": ("Automatisk svar: Lost shield", "Hej, jeg holder ferie og er tilbage den 7. december."),
    "fi": ("Automaattinen vastaus: Lost shield", "Hei, olen lomalla 7.12. saakka."),
    "pl": ("Odpowiedź automatyczna: Lost shield", "Dzień dobry, jestem na urlopie do 7 grudnia."),
    "cs": ("Automatická odpověď: Lost shield", "Dobrý den, jsem na dovolené do 7. prosince."),
    "sk": ("Automatická odpoveď: Lost shield", "Dobrý deň, som na dovolenke do 7. decembra."),
    "hu": ("Automatikus válasz: Lost shield", "Jó napot, december 7-ig szabadságon vagyok."),
    "ro": ("Răspuns automat: Lost shield", "Bună ziua, sunt în concediu până pe 7 decembrie."),
    "hr": ("Automatski odgovor: Lost shield", "Poštovani, trenutno sam na godišnjem odmoru."),
    "el": ("Αυτόματη απάντηση: Lost shield", "Καλημέρα, είμαι σε άδεια έως τις 7 Δεκεμβρίου."),
    "tr": ("Otomatik Yanıt: Lost shield", "Merhaba, 7 Aralık'a kadar yıllık izindeyim."),
    "ru": ("Автоответ: Lost shield", "Здравствуйте, я в отпуске до 7 декабря."),
    "uk": ("Автоматична відповідь: Lost shield", "Добрий день, я у відпустці до 7 грудня."),
    "bg": ("Автоматичен отговор: Lost shield", "Здравейте, в отпуск съм до 7 декември."),
    "zh": ("自动回复: Lost shield", "您好，我目前正在休假，12月7日返回公司。"),
    "zh-tw": ("自動回覆：Lost shield", "您好，我現在休假中。"),
    "ja": ("自動返信: Lost shield", "お世話になっております。12月7日まで休暇をいただいております。"),
    "ko": ("자동 회신: Lost shield", "안녕하세요. 12월 7일까지 휴가 중입니다."),
    "ar": ("رد تلقائي: Lost shield", "مرحبا، أنا في إجازة حتى 7 ديسمبر."),
    "he": ("תשובה אוטומטית: Lost shield", "שלום, אני בחופשה עד 7 בדצמבר."),
    "vi": ("Trả lời tự động: Lost shield", "Xin chào, tôi đang nghỉ phép đến ngày 7 tháng 12."),
    "id": ("Balasan otomatis: Lost shield", "Halo, saya sedang cuti sampai 7 Desember."),
}
PEOPLE = {  # language: (subject of a person's ticket that reads like a note, his answer in it)
    "en": ("I am on vacation and cannot log in", "I am on vacation, and it still says wrong password."),
    "de": ("Im Urlaub: Anmeldung geht nicht", "Ich bin im Urlaub und es geht immer noch nicht."),
    "fr": ("En congé, mon compte est bloqué", "Je suis en vacances et le compte est toujours bloqué."),
    "es": ("De vacaciones y sin cuenta", "Estoy de vacaciones y sigo sin cuenta."),
    "it": ("In vacanza non riesco a entrare", "Sono in vacanza e non entro ancora."),
    "pt": ("De férias e sem acesso", "Estou de férias e continuo sem acesso."),
    "nl": ("Op vakantie kan ik niet inloggen", "Ik ben op vakantie en het lukt nog niet."),
    "sv": ("På semester: spelet startar inte", "Jag är på semester och det startar inte."),
    "no": ("På ferie: spillet starter ikke", "Jeg er på ferie, og det starter ikke."),
    "da": ("På ferie og spillet starter ikke", "Jeg er på ferie, og det starter ikke."),
    "fi": ("Lomalla peli ei aukea", "Olen lomalla, eikä se aukea."),
    "pl": ("Na urlopie nie mogę się zalogować", "Jestem na urlopie i dalej nie działa."),
    "cs": ("Na dovolené se nemohu přihlásit", "Jsem na dovolené a pořád to nejde."),
    "hu": ("Szabadságon nem indul a játék", "Szabadságon vagyok, és még mindig nem indul."),
    "tr": ("Tatildeyim, oyun açılmıyor", "Tatildeyim ve hâlâ açılmıyor."),
    "ru": ("Я в отпуске, не могу войти", "Я в отпуске и всё ещё не могу войти."),
    "uk": ("Я у відпустці, гра не запускається", "Я у відпустці, і вона не запускається."),
    "zh": ("休假时无法登录", "我正在休假，还是无法登录。"),
    "ja": ("休暇中にログインできません", "休暇中ですが、まだログインできません。"),
    "ko": ("휴가 중 로그인이 안 됩니다", "휴가 중입니다. 아직도 안 됩니다."),
    "ar": ("في إجازة ولا أستطيع الدخول", "أنا في إجازة ولا أستطيع الدخول."),
}
ANSWERS = ("Re: ", "RE: ", "AW: ", "SV: ", "Odp: ", "Ynt: ", "回复：", "Re: Re: ", "")


def read(subject: str, text: str, **headers: str):
    return parse_mail(letter(text, subject=subject, **headers), own_addresses=frozenset({"help@ember.example"}))


def known(subject: str) -> Known:
    return Known(ticket="7F3K-20QX", subjects=(subject,))


@pytest.mark.parametrize("language", NOTES)
def test_a_note_in_any_language_does_not_count_as_the_players_answer(language: str):
    subject, text = NOTES[language]

    judged = judge(read(subject, text), known(OURS))

    assert judged.outcome == Outcome.REPLY
    assert judged.auto is not None
    assert judged.auto.away, judged.auto


@pytest.mark.parametrize("language", NOTES)
def test_both_its_subject_and_its_words_are_signs(language: str):
    subject, text = NOTES[language]

    assert away_subject(subject) == (away_subject(subject)[0], True)
    assert away_body(text)


@pytest.mark.parametrize("language", NOTES)
def test_by_a_rarer_header_it_is_known_even_under_another_subject(language: str):
    for headers in ({"precedence": "bulk"}, {"x_auto_response_suppress": "OOF"}, {"auto_submitted": "auto-generated"}):
        judged = judge(read(OURS, NOTES[language][1], **headers), known(OURS))

        assert judged.auto is not None
        assert judged.auto.away, (headers, judged.auto)


@pytest.mark.parametrize("language", PEOPLE)
def test_who_answers_on_a_ticket_that_is_called_like_a_note_is_a_person(language: str):
    subject, text = PEOPLE[language]
    for answer in ANSWERS:
        judged = judge(read(f"{answer}{subject}", text), known(subject))

        assert judged.outcome == Outcome.REPLY
        assert judged.auto is None or not (judged.auto.away or judged.auto.certain), (answer, judged.auto)


@pytest.mark.parametrize("language", PEOPLE)
def test_a_first_mail_that_speaks_of_a_vacation_opens_a_ticket_and_may_be_acknowledged_or_not(language: str):
    subject, text = PEOPLE[language]
    for headers in ({}, {"list_id": "<guild.lists.example>", "precedence": "list"}, {"user_agent": "Mozilla Thunderbird"}):
        assert judge(read(subject, text, **headers), Known()).outcome == Outcome.OPEN


@pytest.mark.parametrize("language", PEOPLE)
def test_a_note_on_a_ticket_that_is_called_like_one_is_a_note_all_the_same(language: str):
    subject, _text = PEOPLE[language]

    judged = judge(read(f"Automatic reply: {subject}", NOTES["en"][1]), known(subject))

    assert judged.auto is not None
    assert judged.auto.away


def test_every_language_of_the_one_table_stands_in_the_other():
    assert set(SUBJECTS) - set(BODIES) == {"is"}
    assert set(BODIES) <= set(SUBJECTS)
    assert len(SUBJECTS) >= 16


@pytest.mark.parametrize(
    "text",
    [
        "My sword is gone since Monday. Please help.",
        "Ich komme nicht ins Spiel.",
        "Меч пропал после обновления, верните его.",
        "剣が消えました。サーバーに入れません。",
        "검이 사라졌어요. 서버에 접속할 수 없어요.",
        "我的剑不见了。请帮忙。",
        "لقد اختفى سيفي.",
        "Kılıcım kayboldu, lütfen geri verin.",
        "A kardom eltűnt a frissítés után.",
        "Za 100 złotych kupiłem diamenty i nic nie przyszło.",
        "Bonjour, mon épée a disparu depuis lundi.",
        "Meu escudo sumiu, por favor me ajudem.",
    ],
)
def test_ordinary_words_are_no_sign(text: str):
    assert away_body(text) == ""
    assert away_subject(text.partition(".")[0]) == ("", False)


def test_a_hostile_subject_or_text_costs_nothing():
    for piece in ("re: ", "i am ", "estoy ", "（", "回复：", "\N{COMBINING ACUTE ACCENT}"):
        away_subject(piece * 100_000)
        away_body(piece * 100_000)
        away_subject(piece * 1_000, (piece * 999, "re:"))
