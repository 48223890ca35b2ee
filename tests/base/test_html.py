"""HTML from strangers: no attack survives, and what is left is worth reading."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base.html import ATTRIBUTES, SCHEMES, TAGS, absolute, clean_html

DESK = "https://desk.northlight.example"
ODD = [  # what browsers complete from the page around it, in every spelling we could think of
    "https:/settings/people/",
    "https:settings/people/",
    "HTTPS:/settings/",
    "hTTps:settings",
    " https:/settings/ ",
    "\x01https:/settings/",
    "ht\ntps:/settings/",
    "https:\n/settings/",
    "https:\t/settings",
    "https:/\t/\t/settings/",
    "https:\\settings\\",
    "https:\\/settings",
    "https:/\\settings",
    "https:///settings/",
    "https:////settings/",
    "https://",
    "https://?next=/settings/",
    "https://#settings",
    "https://:443/settings/",
    "https://@/settings/",
    "https:?tab=people",
    "https:#main",
    "https:.",
    "https:../settings/",
    "https:",
    "//settings/",
    "\\\\settings\\",
    "/settings/",
    "\\settings",
    "settings/",
    "../../settings/",
    "?status=all",
    "#composer",
    "",
    "mailto:",
    "mailto:?subject=hi",
    "&#104;ttps:/settings/",
    "https&colon;/settings/",
    "https:&sol;settings&sol;",
]
WHOLE = [
    "https://shop.example/42",
    "http://shop.example",
    "HTTPS://Shop.Example:8443/a?b=c#d",
    "https://kim:secret@shop.example/",
    "https://пример.example/путь",
    "https://[2001:db8::1]/",
    "mailto:kim@shop.example",
    "mailto:kim@shop.example?subject=Order",
]
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='evil.swf'></object><embed src='evil.swf'>",
    "<form action='https://evil.example'><input name=password><button>Sign in</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<p style='position:fixed;inset:0'>cover</p>",
    "<p class='dialog' id='composer' data-action='send' hx-get='/x' hx-trigger='load'>x</p>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img srcset='https://evil.example/a 1x'>",
    "<table background='https://evil.example/x.gif'><tr><td background='javascript:alert(1)'>x</td></tr></table>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href='https://ok.example' onclick='alert(1)' ping='https://evil.example'>x</a>",
    "<video poster='javascript:alert(1)'><source onerror='alert(1)'></video>",
    "<details ontoggle=alert(1) open>x</details>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<xmp><img title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<img src='x` `<script>alert(1)</script>'` `>",
    "<<script>alert(1)//<</script>",
    "<b\x00 onmouseover=alert(1)>x</b>",
    "<a href='/tickets/7F3K-20QX/close'>See here</a>",
    "<img src='//evil.example/pixel.gif'>",
    "<img src='/accounts/logout/'>",
]


def where(url: str) -> str:
    """Where a browser on a page of the desk would go: addresses without a host of their own are completed from that page."""
    bare = "".join(sign for sign in url if sign not in "\t\n\r").strip().replace("\\", "/")
    scheme, colon, rest = bare.partition(":")
    if colon and scheme.lower() in {"http", "https"}:
        return f"{scheme.lower()}:{rest}" if rest.startswith("//") and rest[2:3] not in {"", "/", "?", "#", ":", "@"} else f"{DESK}/{rest}"
    return bare if colon else f"{DESK}/{rest}"


class Reader(HTMLParser):
    """Demands that only allowed tags, attributes and schemes are left."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        allowed = ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"] | ({"rel", "target"} if tag == "a" else set())
        for name, value in attrs:
            assert name in allowed, (tag, name)
            if name in {"href", "src"}:
                assert (value or "").strip().partition(":")[0].lower() in SCHEMES, value
                assert not where(value or "").startswith(DESK), value

    handle_startendtag = handle_starttag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment is left: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration is left: {decl}")


def read(html: str) -> str:
    Reader().feed(html)
    return html


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives(attack: str) -> None:
    cleaned = read(clean_html(attack).html)

    assert "<script" not in cleaned.lower()


PIECES = st.sampled_from(
    [*ATTACKS, "<p>", "</p>", "<b>", "<", ">", "'", '"', "<!--", "-->", "<div ", "href=", "&lt;script&gt;", "\x00", "]]>", " "]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join))
def test_no_mixture_of_attacks_survives(html: str) -> None:
    cleaned = read(clean_html(html).html)

    assert clean_html(cleaned).html == cleaned  # a second cleaner would find nothing


def test_what_people_write_stays() -> None:
    html = '<p dir="ltr">Hello <b>there</b>, see <a href="https://shop.example/42">this</a></p><ul><li>one</li></ul><blockquote>old</blockquote>'

    cleaned = clean_html(html).html

    for part in ("<b>there</b>", 'href="https://shop.example/42"', "<li>one</li>", "<blockquote>old</blockquote>", 'dir="ltr"'):
        assert part in cleaned


def test_links_open_elsewhere_and_tell_nothing_of_us() -> None:
    cleaned = clean_html('<a href="https://shop.example" target="_top" rel="opener">x</a>').html

    assert 'rel="noopener noreferrer nofollow"' in cleaned
    assert 'target="_blank"' in cleaned


@pytest.mark.parametrize(
    ("html", "remote"),
    [
        ('<img src="https://shop.example/a.png">', True),
        ("<IMG alt=x SRC='http://shop.example/a.png'>", True),
        ('<img src="cid:logo">', False),
        ("<p>https:</p>", False),
    ],
)
def test_pictures_of_other_servers_are_told(html: str, remote: bool) -> None:
    assert clean_html(html).remote_images is remote


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_address_leads_into_the_desk(odd: str) -> None:
    cleaned = read(clean_html(f'<p><a href="{odd}">the words</a> <img alt="seen" src="{odd}"></p>').html)

    assert "the words" in cleaned
    assert "href" not in cleaned
    assert "src" not in cleaned


@pytest.mark.parametrize("whole", WHOLE)
def test_whole_addresses_stay(whole: str) -> None:
    assert absolute(whole)
    assert f'href="{whole.replace("&", "&amp;")}"' in clean_html(f'<a href="{whole}">x</a>').html
