"""HTML from strangers, cleaned by allow-list. The cleaner's version is stored with what it made, so that it can be made again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

import nh3

from helpdesk.base.text import clean

VERSION = 2
TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol", "p",
    "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "src", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": {"dir", "lang"},
}
SCHEMES = {"http", "https", "mailto", "cid"}
_WHOLE = re.compile(  # a scheme with a host behind it, so that no browser completes it from our own page
    r"https?://(?:[^\s/\\?#@\"'<>]*@)?(?:[^\s/\\?#@:\"'<>]+|\[[\da-f:.]+\])(?::\d{0,5})?(?:[/?#]|$)|mailto:[^\s@?]+@[^\s@?]+", re.IGNORECASE
)
_DROPPED = re.compile("[\t\n\r]")  # what a browser leaves out of an address
_PICTURE = re.compile(r"cid:\S", re.IGNORECASE)
_REMOTE = re.compile(r"<img\b[^>]*\bsrc=[\"']\s*https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CleanedHtml:
    """`html` safe to show; `remote_images` tells that it names pictures of other servers; `version` of the cleaner."""

    html: str
    remote_images: bool
    version: int = VERSION


def absolute(url: str) -> bool:
    """Whether it is a whole address of the web (scheme and host) or of mail, whatever page it stands on.

    `https:/settings/`, `https:settings`, `//…` and `/…` are none: a browser completes them from the page around them.
    """
    return bool(_WHOLE.match(_DROPPED.sub("", url).strip("".join(map(chr, range(0x21))))))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Addresses that are not whole are left out: the words of such a link stay, as words."""
    if name == "href":
        return value if absolute(value) else None
    if name == "src":
        return value if _PICTURE.match(value) or (absolute(value) and not value.lower().startswith("mailto:")) else None
    return value


def clean_html(html: str) -> CleanedHtml:
    """Scripts, styles, forms, frames, event handlers and unknown schemes removed; links open elsewhere and tell nothing of us."""
    safe = nh3.clean(
        clean(html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_relative="deny",  # `/tickets/…` in a stranger's mail would be a link into our own desk
        attribute_filter=_attribute,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template"},
    )
    return CleanedHtml(html=safe, remote_images=bool(_REMOTE.search(safe)))


def picture_key(content_id: str) -> str:
    """For comparing the name that HTML gives a picture (`cid:…`) with that of a file: programs change case, escape, or add brackets."""
    return unquote(unescape(content_id)).strip().removeprefix("cid:").strip("<> \t").casefold()
