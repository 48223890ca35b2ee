"""What an operator types becomes clean HTML and the same words as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.markup import to_html, to_text


def test_plain_typing_keeps_its_lines():
    html = to_html("Hi Tamsin,\nthe gift is on its way.\n\nBoris")

    assert html == '<p dir="auto">Hi Tamsin,<br>\nthe gift is on its way.</p>\n<p dir="auto">Boris</p>\n'
    assert to_text("Hi Tamsin,\nthe gift is on its way.\n\nBoris") == "Hi Tamsin,\nthe gift is on its way.\n\nBoris"


def test_a_line_of_dashes_and_four_spaces_are_not_markup():
    html = to_html("Order 12\n---\n    indented by a paste")

    assert "<h" not in html.replace("<hr", "")
    assert "<pre" not in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://spy.example/p.gif)",
        "<style>td{display:none}</style>",
        '[x](https://a.example "onmouseover=alert(1)")',
        'https://a.example/"onmouseover=alert(1)//',
    ],
)
def test_nothing_active_leaves_the_desk(attack):
    html = to_html(attack)

    for forbidden in ("<script", "<img", "<style", 'javascript:"', 'href="javascript', 'href="data', 'onmouseover="'):
        assert forbidden not in html
    assert "<a onmouseover" not in html


def test_a_bare_address_becomes_a_link_without_the_sentence_around_it():
    html = to_html("Look at https://emberfall.example/help (see https://e.example/a_(b)), please.")

    assert 'href="https://emberfall.example/help"' in html
    assert 'href="https://e.example/a_(b)"' in html
    assert ">https://emberfall.example/help</a> (see" in html


def test_the_twin_is_what_was_typed():
    source = "Do **this**:\n\n3. Close the [game](https://e.example/g)\n7. Open it\n   - twice\n\n> quoted\n\n```\ncode *stays*\n```"

    assert to_text(f"\n{source}  \n\n") == source


AS_TYPED = [
    "XK*9A*22 and QM_7_1 and A**B**C",
    "2*3*4 = 24, 2 * 3 * 4 too",
    r"C:\Games\_data\*.sav, D:\*\_old_\x",
    "/opt/_kim_/saves/*.dat and ./*.cfg*",
    "copy *.sav and *.bak, then **/*.log",
    "kim_o_neill@post.example, _kim_@post.example",
    "snake_case_name, __init__x, f*** it",
    "don`t and can`t",
    "a \\* b \\_ c \\[d] \\",
    "&amp; &copy; &#42; <b>bold</b> <!-- x -->",
    "#1 is not a heading, # neither",
    "---",
    "***",
    "___",
    "+ 500 gems",
    "+",
    "-",
    ">_< why",
    "[1](2), [terms](/settings/), [x](javascript:alert(1))",
    "![a picture](https://e.example/a.png",
    "[a]: https://e.example/",
    "~~~\nnot code\n~~~",
    "```\nnever closed",
    "```python\nx",
    "<https://e.example/a_b_c>",
    "\\_(^_^)_/",
    "price 5* and 7*",
]


class Words(HTMLParser):
    """What a person sees of the HTML: its words, and the number before an item of a numbered list."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = ""

    def handle_data(self, data: str) -> None:
        self.seen += data


def words_of(html: str) -> str:
    reader = Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.seen.split())


@pytest.mark.parametrize("typed", AS_TYPED)
def test_codes_paths_and_addresses_arrive_as_typed(typed):
    assert words_of(to_html(typed)) == "".join(typed.split())
    assert to_text(typed) == typed


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Do **this** now.", "<strong>this</strong>"),
        ("(*soon*), _later_!", "<em>soon</em>"),
        ("**Note:** read", "<strong>Note:</strong>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("**bold *and* more**", "<strong>bold <em>and</em> more</strong>"),
        ("请点**这里**继续", "<strong>这里</strong>"),
        ("«*тише*»", "<em>тише</em>"),
        ("**🎁 gift**", "<strong>🎁 gift</strong>"),
        ("type `XK_9_` here", "<code>XK_9_</code>"),
        ("7. seven\n9. nine", '<li value="9"'),
        ("- one\n- two", "<li"),
        ("> they said", "<blockquote"),
        ("[the *rules*](https://e.example/_r_/)", '<a href="https://e.example/_r_/" rel="noopener noreferrer">the <em>rules</em></a>'),
        ("*https://e.example/a*", '<em><a href="https://e.example/a" rel="noopener noreferrer">https://e.example/a</a></em>'),
        ("**see https://e.example/a_b.**", '<a href="https://e.example/a_b" rel'),
        ("see https://e.example/_x_/*y*/?a_b=_c_", 'href="https://e.example/_x_/*y*/?a_b=_c_"'),
    ],
)
def test_marks_at_the_borders_of_words_are_marks(typed, drawn):
    assert drawn in to_html(typed)


SIGNS = st.text(alphabet="aZ9я *_`\\/.:@#[]()<>&+-=~!|^'\"\n字", max_size=60)
PIECES = st.sampled_from(
    ["XK*9A*22", "C:\\_d_\\*.sav", "https://e.example/_x_/", "**bold**", "_it_", "1. ", "- ", "> ", "```", "&amp;", " ", "\n", "字"]
)


@given(st.lists(st.one_of(PIECES, SIGNS), max_size=8).map("".join))
def test_no_sign_is_lost_but_paired_marks_and_marks_of_lists_and_quotes(typed):
    kept, seen = iter(words_of(to_html(typed))), "".join(typed.split())
    lost, shown = [], next(kept, "")
    for sign in seen:
        if sign == shown:
            shown = next(kept, "")
        else:
            lost.append(sign)

    assert shown == "", "the HTML shows what nobody typed"
    numbers = "".join("".join(re.findall(r"^[\s>\d.)*-]*", line)) for line in typed.split("\n"))
    for sign in lost:
        assert sign in "*_`" or sign in numbers, (sign, lost)
    assert len([sign for sign in lost if sign in "*_`"]) % 2 == 0 or "*" in numbers


@given(st.text(alphabet="ab9*_\\/. ", max_size=60).filter(lambda text: not re.search(r"(?:^|\s)[*_]|[*_](?:\s|$)", text)))
def test_marks_inside_words_are_never_marks(typed):
    assert words_of(to_html(f"x{typed}x")) == "".join(f"x{typed}x".split())


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_at_all_is_survived(text):
    html = to_html(text)
    to_text(text)

    assert "<script" not in html.lower()
    assert "<img" not in html.lower()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("words", [")", "]", ".", "(a)", "*a", "[", "`a``", "<a", "[a](b"])
def test_a_text_of_nothing_but_signs_is_drawn_in_time(words: str) -> None:
    markdown = "http://strangers.example/" + words * (100_000 // len(words))

    assert "<p" in to_html(markdown)
    assert to_text(markdown)
