"""The words of a person, written in Markdown, as HTML for a mail and as its plain text twin.

Both come from one parse, so they cannot tell two stories. Operators type plain text most of the time: a line break is a
line break, four leading spaces are not code, a line of dashes does not turn the words above it into a heading, raw HTML is
shown as typed and pictures are not fetched from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "hr"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start", "dir"}, "ul": {"dir"}, "li": {"dir"}, "p": {"dir"}, "blockquote": {"dir"}, "h3": {"dir"}}
SCHEMES = {"http", "https", "mailto"}
DIRECTED = {"paragraph_open", "heading_open", "list_item_open", "blockquote_open", "bullet_list_open", "ordered_list_open"}
BARE_URL = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
TRAILING = ".,;:!?'…*_"


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays only where its opening one is inside."""
    end, unopened = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in TRAILING or (url[end - 1] == ")" and unopened > 0) or url[end - 1] == "]"):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _split_links(text: Token, md: MarkdownIt) -> Iterator[Token]:
    at = 0
    for found in BARE_URL.finditer(text.content):
        url = _trimmed(found.group())
        href = md.normalizeLink(url)
        if len(url) < 11 or not md.validateLink(href):
            continue
        if found.start() > at:
            yield Token("text", "", 0, content=text.content[at : found.start()], level=text.level)
        yield Token("link_open", "a", 1, attrs={"href": href}, level=text.level)
        yield Token("text", "", 0, content=url, level=text.level + 1)
        yield Token("link_close", "a", -1, level=text.level)
        at = found.start() + len(url)
    if at < len(text.content):
        yield Token("text", "", 0, content=text.content[at:], level=text.level)


def _link_bare_urls(state: StateCore) -> None:
    for block in state.tokens:
        if block.type != "inline" or "://" not in block.content:
            continue
        inside = 0
        children: list[Token] = []
        for token in block.children or []:
            inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children.extend(_split_links(token, state.md) if token.type == "text" and not inside else [token])
        block.children = children


def _mail_shape(state: StateCore) -> None:
    """Every block takes its direction from its own first letter (Arabic inside an English mail); all headings are one size."""
    for token in state.tokens:
        if token.type in DIRECTED:
            token.attrSet("dir", "auto")
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3"


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
    md.disable(["code", "lheading", "image", "html_block", "html_inline", "reference"])
    md.core.ruler.push("bare_urls", _link_bare_urls)
    md.core.ruler.push("mail_shape", _mail_shape)
    return md


PARSER = _parser()


def to_html(markdown: str) -> SafeString:
    """Clean HTML: only the tags named above, only web and mail links, whatever the words say."""
    html = nh3.clean(PARSER.render(markdown), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return mark_safe(html)  # nh3 has just cleaned it


def to_text(markdown: str) -> str:
    """The same words for people and machines that read plain text; a link is its label and its address."""
    return _blocks(SyntaxTreeNode(PARSER.parse(markdown))).strip()


def _blocks(node: SyntaxTreeNode, between: str = "\n\n") -> str:
    return between.join(part for part in (_block(child) for child in node.children) if part)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "inline":
            return _inline(node)
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in _blocks(node).split("\n"))
        case "fence":
            return "\n".join(f"    {line}" for line in node.content.rstrip("\n").split("\n"))
        case "hr":
            return "* * *"
        case _:
            return _blocks(node)


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    items = []
    for count, item in enumerate(node.children):
        mark = f"{first + count}. " if node.type == "ordered_list" else "- "
        lines = _blocks(item, "\n" if tight else "\n\n").split("\n")
        items.append("\n".join((mark if not n else " " * len(mark)) + line if line else "" for n, line in enumerate(lines)))
    return ("\n" if tight else "\n\n").join(items)


def _inline(node: SyntaxTreeNode) -> str:
    parts = []
    for child in node.children:
        match child.type:
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "link":
                label, href = _inline(child), str(child.attrs.get("href", ""))
                bare = href.removeprefix("mailto:")
                parts.append(label if label in {href, bare} or PARSER.normalizeLink(label) == href else f"{label} ({bare})")
            case "text" | "code_inline":
                parts.append(child.content)
            case _:
                parts.append(_inline(child))
    return "".join(parts)
