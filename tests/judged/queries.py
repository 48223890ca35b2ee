"""The hundred and twenty queries, with what must be found and what may be found besides (neither right nor wrong).

They are about the studio of `SEED`, played to `UNTIL`, and were written by somebody who had read its texts, before anything was asked.

- Of a word its inflected forms must be found, as they are listed. Other words of the same root may be, and so may the same word of another
  language.
- Of an identifier that was typed in full the ticket must be found that has it. Longer ones that begin so may be, and tickets that speak of
  the player whose nickname it is, or come from an address that begins so. Of a beginning all must be.
- What is half remembered is about the sentence that was meant, whatever else resembles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tests.judged.reading import (
    NOTHING,
    Claim,
    about,
    account,
    begun,
    called,
    called_like,
    noted,
    opened,
    played,
    reads,
    says,
    spoken,
    stands,
    subject,
    tagged,
    waits_since,
    with_file,
    writes_from,
)

COUNT, SEED, UNTIL = 1_200, 7, datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon


class Kind(StrEnum):
    """What somebody has in mind when he types."""

    IDENTIFIER = "identifiers"
    WORD = "words"
    PHRASE = "phrases"
    TYPO = "typos"
    FILTER = "filters"


@dataclass(frozen=True, slots=True)
class Query:
    """`text` may name the number of the one ticket that is right, for numbers are random: {number}, {small}, or {bare} without its dash."""

    kind: Kind
    language: str  # of the words; "any" where they are of none
    text: str
    must: Claim
    may: Claim = NOTHING


def _identifier(text: str, must: Claim, may: Claim = NOTHING) -> Query:
    return Query(Kind.IDENTIFIER, "any", text, must, may)


def _nick(text: str, name: str) -> Query:
    """A nickname typed in full."""
    return _identifier(text, called(name), called_like(name) | begun(name) | writes_from(name))


def _day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


FERRY, HISTORY = "How do I get into “Widow's Pass”?", "Duplicate charge NG-49218-7649"

IDENTIFIERS = [
    _nick("SaltyPixel", "SaltyPixel"),
    _nick("luckyreef", "LuckyReef"),
    _nick("goldenthorn1997", "GoldenThorn1997"),
    _identifier("GoldenThorn", called_like("GoldenThorn")),
    _nick("ash_ember", "Ash_Ember"),
    _identifier("mothership1", called_like("mothership1")),
    _nick("WildWolf", "WildWolf"),
    _nick("ночнойдозор", "НочнойДозор"),
    _identifier("Кот_Матр", called_like("Кот_Матр")),
    _nick("senor_gato", "Señor_Gato"),
    _nick("kaptnblau", "KäptnBlau"),
    _nick("pequenaola45", "pequeñaOla45"),
    _identifier("27404991", account("27404991")),
    _identifier("6429497", account("6429497")),
    _identifier("303121", account("303121")),
    _identifier("id 62976816", account("62976816")),
    _identifier("NG-55649-6845", begun("NG-55649-6845")),
    _identifier("ng-46521-2929", begun("NG-46521-2929")),
    _identifier("46344-1410", begun("NG-46344-1410")),
    _identifier("GPA.3375-3068-4275-67676", begun("GPA.3375-3068-4275-67676")),
    _identifier("gpa.3362-4236", begun("GPA.3362-4236")),
    _identifier("NG 49218 7649", begun("NG-49218-7649")),
    _identifier("karl.klein@mailbox.example", writes_from("karl.klein@mailbox.example")),
    _identifier("Priya.Fenwick@Inbox.example", writes_from("priya.fenwick@inbox.example")),
    _identifier("pcastillo59", writes_from("pcastillo59@")),
    _identifier("{number}", subject(HISTORY)),
    _identifier("{small}", subject(FERRY)),
    _identifier("{bare}", subject(HISTORY)),
    _identifier("4.7.1", says("4.7.1")),
    _identifier("2.11.4.118", says("2.11.4.118")),
    _identifier("Screenshot_20260858.png", with_file("Screenshot_20260858.png")),
    _identifier("patch day", tagged("patch day"), says("patch") & says("day")),
    _identifier("o'connor", called_like("O'Connor")),
    _identifier("yilmaz", called_like("Yılmaz"), writes_from("yilmaz")),
]


def _words(language: str, text: str, must: Claim, may: Claim = NOTHING) -> Query:
    return Query(Kind.WORD, language, text, must, may)


_DENIED = says("заблокирован", "заблокирована", "заблокировали", "заблокировал", "заблокировала", "заблокировать")
WORDS = [
    _words("en", "refund", says("refund", "refunds", "refunded", "refunding")),
    _words("en", "crashes", says("crash", "crashes", "crashed", "crashing")),
    _words("en", "ferryman", says("ferryman", "ferrymen")),
    _words("en", "epilepsy", says("epilepsy"), begun("epilepsi")),
    _words("en", "hacked account", says("hacked", "hack", "hacker") & says("account", "accounts")),
    _words("en", "freezing", says("freeze", "freezes", "freezing"), says("froze", "frozen")),
    _words("en", "bank receipts", says("bank", "banks") & says("receipt", "receipts")),
    _words("en", "guild officers", says("guild", "guilds") & says("officer", "officers")),
    _words("en", "suspended", says("suspended", "suspend", "suspends"), says("suspension")),
    _words("en", "textures", says("texture", "textures"), begun("textur")),
    _words("en", "anniversary present", says("anniversary") & says("present", "presents")),
    _words("en", "disconnected", says("disconnected", "disconnect", "disconnects")),
    _words("ru", "подарки", says("подарок", "подарки", "подарка", "подарку", "подарком", "подарков"), begun("подар")),
    _words("ru", "вылеты", says("вылет", "вылеты", "вылета", "вылетов", "вылетом"), begun("вылет")),
    _words(
        *("ru", "возврат денег", says("возврат", "возврата", "возвраты") & says("деньги", "денег", "деньгам", "деньгами")),
        begun("возвра") & begun("деньг", "денег"),
    ),
    _words("ru", "взломан", says("взломан", "взломали", "взломал", "взломать"), begun("взлом")),
    _words("ru", "награды", says("награда", "награды", "наград", "награду", "наградой"), begun("наград")),
    _words("ru", "заблокированный аккаунт", _DENIED & begun("аккаунт"), begun("блокир", "заблок") & begun("аккаунт")),
    _words("ru", "паролем", says("пароль", "пароля", "паролю", "пароли", "паролем", "паролей")),
    _words("ru", "списание", says("списание", "списания", "списаний", "списанию"), says("списали", "списались", "списаны")),
    _words("ru", "паромщик", says("паромщик", "паромщика", "паромщиком", "паромщику")),
    _words("ru", "сундук гильдии", says("сундук", "сундука", "сундуки") & says("гильдия", "гильдии", "гильдию", "гильдией")),
    _words("de", "Abstürze", says("Absturz", "Abstürze", "Absturzes", "Abstürzen"), says("stürzt", "abstürzt")),
    _words("de", "Erstattung", says("Erstattung", "Erstattungen"), says("erstatten", "erstattet")),
    _words("de", "Gildenleiter", says("Gildenleiter", "Gildenleiters"), begun("Gildenleit")),
    _words("de", "gesperrtes Konto", says("gesperrt", "gesperrtes") & says("Konto", "Kontos", "Konten"), says("Sperre", "sperrt")),
    _words("de", "Quittungen", says("Quittung", "Quittungen")),
    _words("de", "Akku heiß", says("Akku", "Akkus") & says("heiß")),
    _words("de", "Belohnungen", says("Belohnung", "Belohnungen")),
    _words("es", "reembolsos", says("reembolso", "reembolsos"), says("reembolsen", "reembolsar")),
    _words("es", "bloqueada", says("bloqueada", "bloqueado", "bloqueadas", "bloqueados"), begun("bloque")),
    _words("es", "líder gremio", says("líder", "líderes") & says("gremio", "gremios"), says("liderazgo") & says("gremio")),
    _words("es", "cofre vacío", says("cofre", "cofres") & says("vacío", "vacía", "vacíos")),
    _words("es", "contraseñas", says("contraseña", "contraseñas")),
    _words("es", "destello", says("destello", "destellos")),
]


def _phrase(language: str, text: str, *meant: str, may: Claim = NOTHING) -> Query:
    return Query(Kind.PHRASE, language, text, reads(*meant), may)


PHRASES = [
    _phrase("en", '"black screen with sound"', "black screen with sound"),
    _phrase("en", '"stop at 87 %"', "stops at 87 %"),
    _phrase("en", '"charged twice for"', "charged twice for"),
    _phrase("en", "ferryman standing left of a bridge", "ferryman. he stands to the left of the bridge"),
    _phrase("en", "your servers are like potatoes", "your servers are potatoes"),
    _phrase("en", "my wife says just let it go", "my wife says that i should let it go"),
    _phrase("en", "old phone fell in the water", "my old phone fell into water"),
    _phrase("en", "eight year old son bought it while making dinner", "my son is eight and bought"),
    _phrase("en", "broken right arm, mode for left handed", "a mode for the left hand"),
    _phrase("en", "word in chat was name of a dish", "simply the name of a dish"),
    _phrase("ru", "«второй платёж»", "второй платёж", may=begun("втор") & begun("плат")),
    _phrase("ru", "телефон упал в воду", "телефон упал в воду"),
    _phrase("ru", "серверы как картошка", "ваши серверы — картошка"),
    _phrase("ru", "сыну восемь лет купил набор пока готовил ужин", "сыну восемь лет"),
    _phrase("ru", "собрал всё, счётчик 10 из 10, но кнопка серая", "счётчик 10 из 10, а кнопка серая"),
    _phrase("de", "„schwarzen Bildschirm mit Ton“", "schwarzen Bildschirm mit Ton"),
    _phrase("de", "mein Handy ist mir ins Wasser gefallen", "altes Handy ist ins Wasser gefallen"),
    _phrase("es", "«dos veces»", "dos veces"),
    _phrase("es", "el móvil se me cayó al agua", "móvil viejo se cayó al agua"),
    _phrase("es", "mi hermano pequeño compró el pase con mi móvil", "mi hermano pequeño compró"),
]


def _typo(language: str, text: str, must: Claim, may: Claim = NOTHING) -> Query:
    return Query(Kind.TYPO, language, text, must, may)


TYPOS = [
    _typo("en", "refnud", says("refund", "refunds", "refunded", "refunding")),
    _typo("en", "screenshott", says("screenshot", "screenshots")),
    _typo("en", "pasword", says("password", "passwords"), says("Passwort", "Passwörter")),
    _typo("en", "tournement prize", says("tournament", "tournaments") & says("prize", "prizes")),
    _typo("en", "mechant", says("merchant", "merchants")),
    _typo("en", "annoversary", says("anniversary")),
    _typo("en", "SaltyWofl", called("SaltyWolf"), called_like("SaltyWolf") | begun("SaltyWolf")),
    _typo("ru", "вазврат", says("возврат", "возврата", "возвраты", "возвратом"), begun("возвра")),
    _typo("ru", "аккаун", begun("аккаунт")),
    _typo("ru", "черный экран", says("чёрный", "черный", "чёрного") & says("экран", "экрана"), begun("чёрн", "черн") & begun("экран")),
    _typo("ru", "скришнот", says("скриншот", "скриншота", "скриншоты", "скриншотом", "скриншоте")),
    _typo("ru", "платеж", says("платёж", "платежа", "платежей", "платежи", "платежу"), begun("платёж", "платеж")),
    _typo("de", "Absturtz", says("Absturz", "Abstürze", "Absturzes"), says("abstürzt", "stürzt")),
    _typo("de", "Haendler", says("Händler", "Händlers", "Händlern")),
    _typo("de", "fruhstuck", says("Frühstück")),
    _typo("de", "heiss", says("heiß", "heiße", "heißen")),
    _typo("es", "rembolso", says("reembolso", "reembolsos"), says("reembolsen", "reembolsar")),
    _typo("es", "conexion", says("conexión", "conexiones"), begun("desconexi", "conect")),
    _typo("es", "actualisacion", says("actualización", "actualizaciones"), begun("actualiz")),
]


def _filter(language: str, text: str, must: Claim, may: Claim = NOTHING) -> Query:
    return Query(Kind.FILTER, language, text, must, may)


FILTERS = [
    _filter("any", "lang:ru status:waiting", spoken("ru") & stands("waiting")),
    _filter("any", "has:attachment lang:de", with_file() & spoken("de")),
    _filter("any", "created:2026-10-01..2026-10-07 lang:es game:tideborn",
            opened(_day(10, 1), _day(10, 8)) & spoken("es") & played("tideborn")),
    _filter("any", "waiting:>4h game:emberfall", waits_since(UNTIL - timedelta(hours=4)) & played("emberfall")),
    _filter("en", "refund -status:closed", says("refund", "refunds", "refunded") & ~stands("closed")),
    _filter("en", '"black screen" game:emberfall', reads("black screen") & played("emberfall")),
    _filter("en", "screenshot has:attachment", says("screenshot", "screenshots") & with_file(), with_file()),
    _filter("en", "(banned OR suspended) game:tideborn status:closed,resolved",
            (says("ban", "banned", "bans") | says("suspended", "suspend")) & played("tideborn") & stands("closed", "resolved"),
            says("suspension", "unbanned")),
    _filter("en", "receipt -bank topic:double-charge", says("receipt", "receipts") & ~says("bank", "banks") & about("double-charge")),
    _filter("ru", "язык:ru статус:закрыт бан",
            says("бан", "бана", "бане", "баны") & spoken("ru") & stands("closed"), begun("забан", "разбан")),
    _filter("ru", "гильдия -сундук", begun("гильди") & ~says("сундук", "сундука", "сундуки", "сундуке")),
    _filter("de", "Bestellung lang:de has:note", says("Bestellung", "Bestellungen") & spoken("de") & noted(), begun("Bestell") & noted()),
]  # fmt: skip

QUERIES: list[Query] = [*IDENTIFIERS, *WORDS, *PHRASES, *TYPOS, *FILTERS]
