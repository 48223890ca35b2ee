"""Which parts of a mail are its text, which are its files."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tickets.mail.parse.charsets import codec_for, decode
from tickets.mail.parse.filetypes import default_name, is_binary, type_of
from tickets.mail.parse.flowed import unflow
from tickets.mail.parse.headers import decode_words, file_name
from tickets.mail.parse.limits import MAX_HTML_CHARS, MAX_TEXT_CHARS, MAX_TEXTS_CHARS
from tickets.mail.parse.mime import Part
from tickets.mail.parse.transfer import extract_uuencoded
from tickets.mail.parse.values import MailAttachment

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)
_ENRICHED = re.compile(r"(</?[a-z-]{1,60}>)", re.IGNORECASE)
_STUB = re.compile(
    r"html|view (?:this|it|the) |in (?:your|a) browser|не поддерживает|im browser|navegador|plain[- ]text|text version", re.IGNORECASE
)
_TEXT_TYPES = {"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml"}


@dataclass(slots=True)
class Segment:
    """One stretch of the text: as plain text, as HTML, or both where the mail offers a choice."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Contents:
    """The mail's text and its files; `defects` of their coding."""

    segments: list[Segment] = field(default_factory=list)
    files: list[MailAttachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    @property
    def html(self) -> str | None:
        """The HTML of all stretches in their order, plain ones between them escaped; None where no stretch has any."""
        if not any(segment.html for segment in self.segments):
            return None
        pages = [segment.html or f"<pre>{html_entities.escape(segment.plain or '')}</pre>" for segment in self.segments]
        return "\n".join(page for page in pages if page != "<pre></pre>")[:MAX_HTML_CHARS]


def read_contents(root: Part) -> Contents:
    """Walks the parts. Text without a file name that is not sent as a file is the mail's text; all else is a file."""
    reader = _Reader()
    reader.part(root, alone=True)
    contents = reader.contents
    if not contents.segments:
        reader.rescue(root)
    _mark_inline(contents)
    return contents


def is_stub(plain: str, html_text: str) -> bool:
    """The plain half only says that there is an HTML half."""
    return not plain.strip() or (len(plain) < 300 and len(html_text) > 3 * len(plain) and bool(_STUB.search(plain)))


@dataclass(slots=True)
class Budget:
    """What may still be decoded of all texts of one mail together."""

    chars: int = MAX_TEXTS_CHARS


@dataclass(slots=True)
class _Reader:
    contents: Contents = field(default_factory=Contents)
    no_texts: list[Part] = field(default_factory=list)  # sent as text and filed instead
    budget: Budget = field(default_factory=Budget)

    def part(self, part: Part, *, alone: bool = False) -> None:
        if part.children:
            if part.type == "multipart/alternative":
                self.alternative(part)
                return
            for child in part.children:
                self.part(child)
        elif self.is_text(part, alone):
            self.text(part, self.segment())
        elif part.maintype != "multipart":
            self.file(part)

    def segment(self) -> Segment:
        self.contents.segments.append(Segment())
        return self.contents.segments[-1]

    def is_text(self, part: Part, alone: bool) -> bool:
        if part.type not in _TEXT_TYPES:
            return False
        return alone and part.disposition != "attachment" or part.disposition != "attachment" and not part.name

    def alternative(self, part: Part) -> None:
        """The same text in several forms: the first plain and the last HTML one; files among them stay files."""
        plains: list[str] = []
        page: str | None = None
        for child in part.children:
            inner = _Reader(budget=self.budget)
            inner.part(child)
            if (found := inner.contents.html) is not None:
                page = found
            else:
                plains.extend(each.plain for each in inner.contents.segments if each.plain and each.plain.strip())
            self.contents.files.extend(inner.contents.files)
            self._defects(inner.contents.defects)
        if page is None and len(set(plains)) > 1:
            plains = ["\n\n".join(dict.fromkeys(plains))]
        if plains or page is not None:
            self.contents.segments.append(Segment(plains[0] if plains else None, page))

    def text(self, part: Part, segment: Segment) -> None:
        content = part.content()
        self._defects([part.defect()])
        if is_binary(content, part.params.get("charset", "")):
            self.contents.segments.remove(segment)
            if not any(each is part for each in self.no_texts):
                self.no_texts.append(part)
                self.file(part)
            return
        if part.type == "text/plain":
            files, content = extract_uuencoded(content) if b"begin" in content else ([], content)
            text = self._decoded(content, part)
            if part.params.get("format", "").lower() == "flowed":
                text = unflow(text, delete_space=part.params.get("delsp", "").lower() == "yes")
            segment.plain = text
            for name, data in files:
                self._add(name, data, "application/octet-stream")
        elif part.type in {"text/enriched", "text/richtext"}:
            segment.plain = _without_commands(self._decoded(content, part))
        else:
            segment.html = self._decoded(content, part)
        if footer := part.footer():
            self.contents.segments.append(Segment(plain=decode(footer)))

    def _decoded(self, content: bytes, part: Part) -> str:
        label = part.params.get("charset")
        if part.type != "text/plain" and codec_for(label) is None and (meta := _META_CHARSET.search(content[:4_096])):
            label = meta[1].decode("ascii")
        if label and codec_for(label) is None:
            self._defects([f"unknown charset {label[:40]}"])
        limit = min(MAX_TEXT_CHARS if part.type == "text/plain" else MAX_HTML_CHARS, self.budget.chars)
        text = decode(content[: 4 * limit], label)
        if len(text) > limit or len(content) > 4 * limit:
            self._defects(["text cut"])
        self.budget.chars -= len(text[:limit])
        return text[:limit]

    def file(self, part: Part) -> None:
        content = part.body if part.type == "message/rfc822" and not part.headers.raw("content-transfer-encoding") else part.content()
        self._defects([part.defect()])
        name = file_name(part.name)
        if not name and part.type == "message/rfc822":
            name = _mail_name(content)
        self._add(
            name,
            content,
            part.type,
            inline=part.disposition == "inline" and part.maintype == "image",
            content_id=part.content_id,
        )
        if footer := part.footer():
            self.contents.segments.append(Segment(plain=decode(footer)))

    def _add(self, name: str, content: bytes, declared: str, *, inline: bool = False, content_id: str | None = None) -> None:
        kind = type_of(content, declared)
        name = file_name(name) or default_name(len(self.contents.files) + 1, kind)
        self.contents.files.append(MailAttachment(name, kind, declared, content, inline, content_id))

    def rescue(self, root: Part) -> None:
        """No text in the ordinary places: text sent as a nameless file, or words before and after the parts."""
        texts = [part for part in _leaves(root) if part.type in {"text/plain", "text/html"}]
        chosen = [part for part in texts if part.disposition != "attachment"] or [part for part in texts if not part.name][:1]
        for part in chosen:
            self.text(part, self.segment())
        if chosen:
            return
        stray = b"\n".join(each.strip() for each in (root.preamble, root.epilogue) if each.strip())
        if stray:
            self.contents.segments.append(Segment(plain=decode(stray)))

    def _defects(self, defects: Sequence[str | None]) -> None:
        for defect in defects:
            if defect and defect not in self.contents.defects:
                self.contents.defects.append(defect)


def _without_commands(enriched: str) -> str:
    """The words of a text/enriched: its commands left out, and what stands between `<param>` and `</param>`."""
    words: list[str] = []
    last = enriched.lower().rfind("</param>")
    hidden, position = False, 0
    for number, piece in enumerate(_ENRICHED.split(enriched)):
        command = piece.lower() if number % 2 else ""
        if command == "<param>":
            hidden = position < last
        elif command == "</param>":
            hidden = False
        elif not command and not hidden:
            words.append(piece)
        position += len(piece)
    return "".join(words).replace("<<", "<")


def _leaves(part: Part) -> list[Part]:
    if not part.children:
        return [part]
    return [leaf for child in part.children for leaf in _leaves(child)]


def _mail_name(content: bytes) -> str:
    """A mail inside the mail is named by its subject."""
    found = re.search(rb"^subject:[ \t]*([^\r\n]*)", content[:16_000], re.IGNORECASE | re.MULTILINE)
    subject = decode_words(found[1]) if found else ""
    return file_name(re.sub(r"[\\/:*?\"<>|]+", " ", subject)[:80].strip() or "message") + ".eml"


def _mark_inline(contents: Contents) -> None:
    """Pictures that the HTML names by `cid:` are shown in it, whatever their disposition says."""
    page = contents.html
    named = {each.strip("<>").lower() for each in _CID.findall(page)} if page and "cid:" in page.lower() else set()
    for index, file in enumerate(contents.files):
        if file.content_id and file.content_id.lower() in named and not file.inline:
            contents.files[index] = MailAttachment(file.name, file.type, file.declared_type, file.content, True, file.content_id)
