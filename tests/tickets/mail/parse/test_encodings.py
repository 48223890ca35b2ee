"""The matrix of languages and encodings: texts are read as they were written, with a true label, a false one and none.

`tests/bench/encodings.py` measures the whole of it and prints the table; here a fixed part of it is measured against the same goals.
"""

from __future__ import annotations

import time

import pytest

from tests.bench.encodings import GOALS, OTHER_SCRIPTS, measure, scenes
from tests.tickets.mail.parse.alphabets import ENCODINGS, SAMPLES, matrix
from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.mail.parse import parse_mail
from tickets.mail.parse.charsets import codec_for, decode, read

EVERY = {"true label": 1, "no label": 2, "no label, languages known": 5}


@pytest.mark.parametrize(
    ("name", "rows", "reading"), [each for each in scenes() if "chardet" not in each[0]], ids=lambda each: str(each)[:30]
)
def test_the_matrix_reaches_its_goals(name, rows, reading):
    percent, wrong, _ = measure(rows[:: EVERY.get(name, 3)] if len(rows) > 200 else rows, reading)

    assert percent["all"] >= GOALS.get(name, 97.0), [(row.language, row.encoding, row.written[:20], read[:20]) for row, read in wrong]


def test_the_matrix_is_as_wide_as_it_should_be():
    rows = list(matrix())

    assert len({row.language for row in rows}) >= 20
    assert len({row.encoding for row in rows}) >= 30
    assert set(OTHER_SCRIPTS) <= set(SAMPLES) == set(ENCODINGS)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("cp-850", "cp850"),
        ("utf8mb4", "utf-8"),
        ("UTF8;", "utf-8"),
        ("ansi", "cp1252"),
        ("windows-1251-1", "cp1251"),
        ("x-windows-1250", "cp1250"),
        ("1251", "cp1251"),
        ("'koi8-r'", "koi8-r"),
        ("charset=koi8-r", "koi8-r"),
        ('charset="ISO_8859-2"', "iso8859-2"),
        ("ISO8859_15", "iso8859-15"),
        ("iso-8859-8-i", "iso8859-8"),
        ("iso-8859-9", "cp1254"),
        ("iso-8859-1", "cp1252"),
        ("gb2312", "gb18030"),
        ("euc-kr", "cp949"),
        ("windows-31j", "cp932"),
        ("cp65001", "utf-8"),
        ("x-user-defined", None),
        ("unknown-8bit", None),
        ("base64", None),
        ("", None),
    ],
)
def test_labels_as_programs_write_them(label: str, codec: str | None):
    assert codec_for(label) == codec


@pytest.mark.parametrize("written", ["äöüß", "Größe", "é", "Zürich – €5", "ñandú", "Ærø", "ÄÖÜ!"])
@pytest.mark.parametrize("label", ["windows-1252", "iso-8859-1"])
def test_a_few_letters_prove_no_label_wrong(written: str, label: str):
    raw = letter(written.encode("cp1252"), charset=label)

    assert parse_mail(raw, languages=("ru", "el")).text == written


@pytest.mark.parametrize(
    ("label", "sent", "written"),
    [
        ("iso-2022-jp", b'\x1b$B-!-"%2!<%`\x1b(B', "①②ゲーム"),
        ("iso-2022-jp", b"\x1b$B-5\x1b(B \x1b(I3^0Q\x1b(B", "Ⅰ ｳﾞｰﾑ"),
        ("shift_jis", "①サーバー".encode("cp932"), "①サーバー"),
        ("gb2312", "游戏里丢了镕剑".encode("gbk"), "游戏里丢了镕剑"),
        ("euc-kr", "똠방각하 검".encode("cp949"), "똠방각하 검"),
        ("big5", "遊戲裏碁恒".encode("big5hkscs"), "遊戲裏碁恒"),
        ("iso-8859-9", "5 € – tamam".encode("cp1254"), "5 € – tamam"),
        ("tis-620", "ดาบ…".encode("cp874"), "ดาบ…"),
        ("iso-8859-2", "miecz „zły”".encode("cp1250"), "miecz „zły”"),
    ],
)
def test_labels_narrower_than_what_is_written(label: str, sent: bytes, written: str):
    assert parse_mail(letter(sent, charset=label)).text == written


def test_seven_bits_without_a_label_may_be_japanese_chinese_or_utf_7():
    for encoding, written in (("iso-2022-jp", "ゲームが動きません。"), ("hz", "我的宝石没有到账"), ("utf-7", "Schöne Grüße aus Köln")):
        assert parse_mail(letter(written.encode(encoding), drop=("content-type",))).text == written
    for written in ("a+b and c+d- are sums", "path ~{abc~}", "use +aaa- or +bbbb-", "C++ and +1"):
        assert decode(written.encode()) == written


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("label", ["utf-16", ""])
def test_utf_16_without_its_mark(encoding: str, label: str):
    assert parse_mail(letter("Where is my sword?\nKöln".encode(encoding), charset=label or '""')).text == "Where is my sword?\nKöln"


@pytest.mark.parametrize(
    ("encoding", "subject", "name", "body"),
    [
        ("gb18030", "装备丢失", "截图与订单.png", "我的装备今天早上全部丢失了，请帮我看一下。"),
        ("cp932", "表示できない", "予定表.png", "画面が表示されません。確認をお願いします。"),
        ("cp1251", "Меч", "снимок.png", "Пропал мой меч, прикладываю снимок экрана."),
        ("cp949", "환불", "화면.png", "결제가 두 번 되었습니다. 확인 부탁드립니다."),
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_subjects_and_file_names_in_raw_bytes_are_read_like_the_body(encoding: str, subject: str, name: str, body: str, labelled: bool):
    kind = f"text/plain; charset={encoding}" if labelled else "text/plain"
    quoted = b'"' + name.encode(encoding) + b'"'
    file = b"Content-Type: image/png; name=" + quoted + b"\nContent-Disposition: attachment; filename=" + quoted + b"\n\nx"
    raw = multipart_letter(part(body.encode(encoding), kind), file)
    raw = raw.replace(b"Subject: My sword is gone", b"Subject: " + subject.encode(encoding))

    mail = parse_mail(raw)

    assert (mail.subject, mail.attachments[0].name, mail.text) == (subject, name, body)


def test_the_languages_of_the_games_decide_what_a_word_leaves_open():
    sent = "kılıcım".encode("cp1254")

    assert decode(sent, None, ("tr", "en")) == "kılıcım"
    assert decode("balões".encode("cp1252"), None, ("pt",)) == "balões"
    assert decode("őrző".encode("cp1250"), None, ("hu",)) == "őrző"


def test_long_texts_are_judged_by_a_part_of_them():
    text = "Без метки: пропал меч, помогите. " * 20_000

    assert read(text.encode("cp1251")).text == text
    assert parse_mail(letter((b"x" * 78 + b"\n") * 2_000 + "Пропал меч, помогите мне.".encode("koi8-r"), charset="us-ascii")).text.endswith(
        "Пропал меч, помогите мне."
    )


def test_the_page_that_explains_a_mail_tells_the_encoding_and_why():
    mail = parse_mail(letter("Чому зник мій меч? Поверніть його, будь ласка.".encode("koi8-u"), charset="us-ascii"))

    assert mail.readings == ("text/plain: koi8-u (not ascii, as it says: its 36 bytes beyond ASCII read as uk)",)


@pytest.mark.parametrize(
    "head",
    [
        b"To: " + b",".join(b"\xcf\xf0\xe8%d <a%d@b.example>" % (number, number) for number in range(1_500)),
        b"To: " + b" ".join(b"=?x-%d?Q?=CF=F0=E8=E2=E5=F2=CF=F0=E8=E2=E5=F2=CF=F0?=" % number for number in range(700)),
        b"To: " + b" ".join(b"=?koi8-r?Q?=E4=E4=E4=E4=E4=E4=E4=E4=E4=E4=E4=E4=E4?= %d" % number for number in range(600)),
    ],
)
def test_a_head_full_of_raw_names_and_false_labels_takes_no_time(head: bytes):
    began = time.process_time()
    parse_mail(b"\n".join([head] * 12 + [b"Cc" + head[2:]] * 3) + b"\n" + letter("x"))

    assert time.process_time() - began < 3


def test_many_files_with_raw_names_take_no_time():
    file = b'Content-Type: image/png\nContent-Disposition: attachment; filename="' + "снимок экрана %d.png".encode("cp1251") + b'"\n\nx'
    raw = multipart_letter(part("x"), *(file % number for number in range(390)))
    began = time.process_time()

    mail = parse_mail(raw)

    assert (mail.attachments[7].name, time.process_time() - began < 2) == ("снимок экрана 7.png", True)
