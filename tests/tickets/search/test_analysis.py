"""One analysis: what a text is found by."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.search.analysis import LONGEST, finds, fold, heads, pattern, tokens


def marked(text: str, words: str, language: str = "") -> list[str]:
    return [text[start:end] for start, end in finds(list(tokens(text, language)), pattern(words))]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("I lost my purchases", "en", "purchase"),
        ("Мои кристаллы пропали", "ru", "кристалл"),
        ("Он ещё здесь", "ru", "еще"),
        ("Где мой подарок?", "ru", "подарки"),
        ("Верните мои деньги", "ru", "денег"),
        ("Это в настройках", "ru", "настроек"),
        ("Не хватает двух пальцев", "ru", "палец"),
        ("Meine Käufe fehlen", "de", "kauf"),
        ("Meine Kaeufe fehlen", "de", "Käufe"),
        ("Die Straße", "de", "strasse"),
        ("las canciones", "es", "cancion"),
        ("mes achats", "fr", "achat"),
        ("l’achat de gemmes", "fr", "achat"),
        ("as compras", "pt-BR", "compra"),
        ("İSTANBUL", "tr", "istanbul"),
        ("Ich heiße José", "de", "jose"),
        ("ДОНАТ gems пропали", "ru", "gem"),
        ("the word кристаллы in English", "en", "кристалл"),
        ("in-game purchase", "en", "in game"),
        ("refund/chargeback", "en", "chargebacks"),
        ("Приклади ігор", "uk", "ігор"),
        ("我的宝石不见了", "zh", "宝石"),
        ("我的宝石不见了", "zh", "石"),
    ],
)
def test_a_word_is_found_as_people_write_it(text: str, language: str, words: str) -> None:
    assert marked(text, words, language)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("pt", "cartão cartões"), ("pt-BR", "avião aviões"), ("pt", "atualização atualizações"), ("pt", "nível níveis"),
        ("pt", "canal canais"), ("pt", "mensagem mensagens"), ("pt", "irmão irmãos"), ("pt", "servidor servidores"),
        ("es", "canción canciones"), ("es", "avión aviones"), ("es", "código códigos"), ("es", "dragón dragones"),
        ("fr", "épée épées"), ("fr", "problème problèmes"), ("fr", "cheval chevaux"), ("fr", "événement événements"),
        ("de", "Käufe Kauf"), ("de", "Schlösser Schloss"), ("de", "Rückerstattung Rückerstattungen"), ("de", "Lösung Lösungen"),
    ],
)  # fmt: skip
def test_one_and_many_find_each_other_with_accents_and_without(language: str, forms: str) -> None:
    one, many = forms.split()
    for said, asked in ((one, many), (many, one), (one, one), (many, many)):
        for text in (said, fold(said)):
            assert marked(f"… {text}!", asked, language), (text, asked)
            assert marked(f"… {text}!", fold(asked), language), (text, fold(asked))


def test_small_words_that_end_like_plurals_are_none() -> None:
    assert not marked("quero mais", "mal", "pt")
    assert not marked("eles dão ouro", "does", "pt")


@pytest.mark.parametrize("said", ["14.7.1", "v4.7.1-beta", "ORD-12345_x", "x_Dark_x", "mira@mail.example", "GPA.3312-0099", "1234567890"])
def test_identifiers_stay_whole_and_are_found_by_their_beginning(said: str) -> None:
    text = f"It is {said}, I think."

    assert marked(text, said.upper()) == [said]
    assert marked(text, said[:6].lower()) == [said]
    assert said.casefold() in {token.key for token in tokens(text, "en")}


def test_an_identifier_is_never_split_into_nonsense() -> None:
    assert not marked("chapter 4, 7 enemies, 1 boss", "4.7.1")
    assert not marked("version 4.7.1", "7")
    assert not marked("I have 1000 gems", "100")
    assert marked("order ORD-12345", "12345")
    assert not marked("NG-46344-1410", "1410-46344")


def test_an_identifier_is_found_without_its_label() -> None:
    text = "My orders: NG-46344-1410, GPA.3375-3068-4275-67676."

    assert marked(text, "46344-1410") == marked(text, "46344-14") == ["46344-1410"]
    assert marked(text, "3375-3068-4275") == ["3375-3068-4275-67676"]
    assert "e29b-41d4-a716" not in {token.key for token in tokens("550e8400-e29b-41d4-a716", "en")}  # a number, not a label


def test_a_phrase_is_found_in_its_order_alone() -> None:
    text = "Support lost my purchase."

    assert marked(text, "lost my purchases", "en") == ["lost my purchase"]
    assert not marked(text, "purchase lost", "en")
    assert not marked("lost 4.7.1", "lost purchase")


def test_letters_with_marks_of_their_own_are_the_same_letters() -> None:
    for word in ("Käufe", "José", "мой", "ёлка", "Việt"):
        assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))
    assert fold("мой") != fold("мои")


@given(st.text(max_size=300), st.sampled_from(["", "en", "ru", "zh", "x-klingon"]))
def test_every_token_stands_where_it_says(text: str, language: str) -> None:
    last = 0
    for token in tokens(text, language):
        assert 0 <= token.start < token.end <= len(text)
        assert token.place >= last
        assert 0 < len(token.key) <= LONGEST
        assert not set(token.key) & set(" |\x00\n")
        last = token.place


@given(st.text(min_size=1, max_size=40).filter(pattern))
def test_whatever_one_copies_is_found_where_it_was(words: str) -> None:
    assert marked(f"before it. {words} .and after", words) or any(len(term.keys[0]) >= LONGEST for term in pattern(words))


LETTERS = "abeiosçãéßæıİẞzytаеёийоьуяыкгцдн\u0301-_ 1한グ"


@given(
    st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=6),
    st.data(),
    st.sampled_from(["", "en", "de", "pt", "ru", "fr"]),
)
def test_what_begins_otherwise_may_be_passed_over(said: list[str], data: st.DataObject, language: str) -> None:
    text, asked = " ".join(said), pattern(data.draw(st.sampled_from(said)))

    assert list(finds(list(tokens(text, language, heads([asked]))), asked)) == list(finds(list(tokens(text, language)), asked))
