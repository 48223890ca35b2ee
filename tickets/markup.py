"""The words of a person, with the few marks they know, as HTML for a mail and as its plain text twin.

Operators type plain text most of the time, full of codes, paths and addresses, so a sign is markup only where it can be
nothing else: paired `*` and `_` (and backticks) at the borders of words, list and quote marks before words, a web address, a
named link `[words](https://…)` and a fence of backticks that is closed. All else arrives as typed; a line break is a line
break, a backslash is a backslash, raw HTML is shown. The plain text is what was typed and nothing else.
"""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.blockquote import blockquote
from markdown_it.rules_block.fence import fence
from markdown_it.rules_block.list import list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.backticks import backtick
from markdown_it.rules_inline.state_inline import Delimiter

from helpdesk.base.html import absolute
from helpdesk.base.text import clean

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start", "dir"}, "ul": {"dir"}, "li": {"dir", "value"}, "p": {"dir"}, "blockquote": {"dir"}}
SCHEMES = {"http", "https", "mailto"}
DIRECTED = {"paragraph_open", "list_item_open", "blockquote_open", "bullet_list_open", "ordered_list_open"}
UNUSED = ["code", "lheading", "heading", "hr", "image", "link", "html_block", "html_inline", "reference", "escape", "entity", "autolink"]

BARE_URL = re.compile(r"://[^\s<>\"«»“”]+")
SCHEME = re.compile(r"(?<![^\W_])https?$", re.IGNORECASE)
NAMED_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(((?:https?://|mailto:)[^\s<>\"()]+(?:\([^\s<>\"()]*\)[^\s<>\"()]*)*)\)", re.IGNORECASE)
LIST_ITEM = re.compile(r"(?:[-*]|\d{1,3}[.)])[ \t]+\S")
QUOTE = re.compile(r">+(?:[ \t]|$)")
MARKS_TOGETHER = 6  # `**_`; a longer row of them is an ornament
DEEPEST = 12  # a list in a list in a quotation …; what is deeper stays as it was typed
TRAILING = ".,;:!?'…"
OPENS = "([{\"'«„“‘‹¿¡—–"
CLOSES = ".,;:!?)]}\"'»”“’›…—–"
BEFORE_NO_WORD = "./\\,;:!?)]}|"  # `*.sav`, `_/…`: no word begins with these
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)  # scripts without spaces


def _trimmed(url: str, marks: str) -> str:
    """Without the punctuation of the sentence around it and the `marks` that close there; a bracket stays with its opening one."""
    end, opened, closed = len(url), url.count("("), url.count(")")
    while end and (url[end - 1] in TRAILING or url[end - 1] in marks or url[end - 1] == "]" or (url[end - 1] == ")" and closed > opened)):
        closed -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _past(state: StateInline, at: int, step: int) -> str:
    """The character beyond a few marks, looking forward or back; a space at an end of the text."""
    for _ in range(MARKS_TOGETHER):
        if not (0 <= at < len(state.src) and state.src[at] in "*_`"):
            break
        at += step
    return state.src[at] if 0 <= at < len(state.src) else " "


def _may_open(state: StateInline, start: int, end: int) -> bool:
    before, after = _past(state, start - 1, -1), _past(state, end, 1)
    border = before.isspace() or before in OPENS or UNSPACED.match(before)
    return bool(border) and not after.isspace() and after not in BEFORE_NO_WORD


def _may_close(state: StateInline, start: int, end: int) -> bool:
    before, after = _past(state, start - 1, -1), _past(state, end, 1)
    border = after.isspace() or after in CLOSES or UNSPACED.match(after)
    return bool(border) and not before.isspace() and before not in "/\\"


def _run(state: StateInline) -> int:
    """Where the run of equal marks ends that begins here."""
    end = state.pos
    while end < state.posMax and state.src[end] == state.src[state.pos]:
        end += 1
    return end


def _emphasis(state: StateInline, silent: bool) -> bool:
    """markdown-it's own, but for where a mark may open and close: it pairs what this finds (`*` one, `**` two)."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    end = _run(state)
    length = end - state.pos
    opens, closes = (length <= 3 and _may_open(state, state.pos, end)), (length <= 3 and _may_close(state, state.pos, end))
    for _ in range(length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(Delimiter(marker=ord(marker), length=length, token=len(state.tokens) - 1, end=-1, open=opens, close=closes))
    state.pos = end
    return True


def _code(state: StateInline, silent: bool) -> bool:
    """`code` in backticks, at the borders of words: an apostrophe typed as a backtick is none."""
    if state.src[state.pos] != "`":
        return False
    end = _run(state)
    ticks = state.src[state.pos : end]
    close = state.src.find(ticks, end)
    inside = state.src[end:close]
    if (
        close < 0
        or not inside.strip("` \t")
        or "\n" in inside
        or "`" in inside
        or not _may_open(state, state.pos, end)
        or not _may_close(state, close, close + len(ticks))
    ):
        if not silent:
            state.pending += ticks
        state.pos = end
        return True
    return backtick(state, silent)


def _bare_url(state: StateInline, silent: bool) -> bool:
    """A web address, found before any mark inside it can be taken for emphasis. It stands before the colon in `pending`."""
    found = BARE_URL.match(state.src, state.pos) if not silent else None
    scheme = SCHEME.search(state.pending[-8:]) if found else None
    if not found or not scheme:
        return False
    open_marks = "".join({chr(one.marker) for one in state.delimiters if one.open})
    url = _trimmed(scheme.group() + found.group(), open_marks)
    href = state.md.normalizeLink(url)
    if len(url) < 11 or not absolute(href):
        return False
    state.pending = state.pending[: -len(scheme.group())]
    linked = state.linkLevel == 0  # an address as the words of a link is one link, not two
    if linked:
        state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text", "", 0).content = url
    if linked:
        state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme.group())
    return True


def _named_link(state: StateInline, silent: bool) -> bool:
    """`[words](https://…)`, for addresses of the web and of mail alone; anything else in brackets is what was typed."""
    found = NAMED_LINK.match(state.src, state.pos) if state.src[state.pos] == "[" and not state.linkLevel else None
    href = state.md.normalizeLink(found[2]) if found else ""
    if not found or found.end() > state.posMax or not absolute(href):
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": href}
        end, (state.pos, state.posMax) = state.posMax, found.span(1)
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.posMax = end
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list, where words follow its mark; each number is shown as it was typed, whatever stands before it."""
    if state.level >= DEEPEST or not LIST_ITEM.match(_line(state, start)):
        return False
    first = len(state.tokens)
    if not list_block(state, start, end, silent):
        return False
    for token in state.tokens[first:]:
        if token.type == "list_item_open" and token.info:
            token.attrSet("value", str(int(token.info)))
    return True


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A quotation, where a space follows its mark: `>_<` is a face."""
    return state.level < DEEPEST and bool(QUOTE.match(_line(state, start))) and blockquote(state, start, end, silent)


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Code between two lines of three backticks and nothing else; one that is never closed is what was typed."""
    if _line(state, start).strip() != "```" or not any(_line(state, n).strip() == "```" for n in range(start + 1, end)):
        return False
    return fence(state, start, end, silent)


def _directed(state: StateCore) -> None:
    """Every block takes its direction from its own first letter: Arabic inside an English mail."""
    for token in state.tokens:
        if token.type in DIRECTED:
            token.attrSet("dir", "auto")


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 100})
    md.disable(UNUSED)
    interrupting: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    md.block.ruler.at("list", _list, interrupting)
    md.block.ruler.at("blockquote", _quote, interrupting)
    md.block.ruler.at("fence", _fence, interrupting)
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.at("backticks", _code)
    md.inline.ruler.before("backticks", "bare_url", _bare_url)
    md.inline.ruler.before("backticks", "named_link", _named_link)
    md.core.ruler.push("directed", _directed)
    return md


PARSER = _parser()


def to_html(typed: str) -> SafeString:
    """Clean HTML: only the tags named above, only web and mail links, whatever the words say."""
    html = PARSER.render(clean(typed))
    safe = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer", url_relative="deny")
    return mark_safe(safe)  # nh3 has just cleaned it


def to_text(typed: str) -> str:
    """The same words for people and machines that read plain text: what was typed, mark by mark."""
    lines = [line.rstrip() for line in clean(typed).split("\n")]
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines).rstrip()
