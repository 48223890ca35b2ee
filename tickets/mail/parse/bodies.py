"""Which parts of a mail are its text, which are its files."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from helpdesk.base.html import picture_key
from tickets.mail.parse import smime
from tickets.mail.parse.charsets import charset_of, codec_for, read
from tickets.mail.parse.filetypes import default_name, is_binary, type_of
from tickets.mail.parse.flowed import unflow
from tickets.mail.parse.headers import decode_words, file_name, parameters
from tickets.mail.parse.limits import MAX_HTML_CHARS, MAX_TEXT_CHARS, MAX_TEXTS_BYTES, MAX_TEXTS_CHARS
from tickets.mail.parse.mime import Cutter, Part
from tickets.mail.parse.pages import lighten
from tickets.mail.parse.tnef import SIGNATURE as TNEF_SIGNATURE
from tickets.mail.parse.tnef import read_tnef
from tickets.mail.parse.transfer import extract_uuencoded
from tickets.mail.parse.values import MailAttachment

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\s\"'>)]{1,1000})", re.IGNORECASE)
_ENRICHED = re.compile(r"(</?[a-z-]{1,60}>)", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^-{2,}[^\n]{0,80}(?:=_|--)[^\n]{0,80}$", re.MULTILINE)  # left over of parts that were cut badly
_NO_WORDS = re.compile(rb"MIME|multi-?part|mehrteilig", re.IGNORECASE)
MAX_READINGS = 20
MAX_UNWRAPPED = 8
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CODECS_OF_ALL = {"ascii", "utf-8", "utf-7", "utf-16-le", "utf-16-be"}  # they tell nothing about bytes beside them
_STUB = re.compile(
    r"html|view (?:this|it|the) |in (?:your|a) browser|не поддерживает|im browser|navegador|plain[- ]text|text version", re.IGNORECASE
)
_TEXT_TYPES = {"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml"}


@dataclass(slots=True)
class Segment:
    """One stretch of the text: as plain text, as HTML, or both where the mail offers a choice.

    `html` is without style sheets and `data:` addresses, `html_raw` the beginning of it as it came.
    """

    plain: str | None = None
    html: str | None = None
    html_raw: str | None = None


@dataclass(slots=True)
class Contents:
    """The mail's text and its files; `defects` of their coding, `readings` how each text was decoded and why.

    `charset` is that of the first text which is neither ASCII nor Unicode: raw bytes in headers and file names are read by it.
    """

    segments: list[Segment] = field(default_factory=list)
    files: list[MailAttachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    charset: str | None = None

    @property
    def html(self) -> str | None:
        """The HTML of all stretches in their order, plain ones between them escaped; None where no stretch has any."""
        return self._pages(raw=False)

    @property
    def html_raw(self) -> str | None:
        """The pages as they came, uncleaned, one after the other; None for a mail without any."""
        return self._pages(raw=True)

    def _pages(self, *, raw: bool) -> str | None:
        if not any(segment.html for segment in self.segments):
            return None
        pages = [(raw and each.html_raw) or each.html or f"<pre>{html_entities.escape(each.plain or '')}</pre>" for each in self.segments]
        page = "\n".join(page for page in pages if page != "<pre></pre>")
        if len(page) > MAX_HTML_CHARS and "text cut" not in self.defects:
            self.defects.append("text cut")
        return page[:MAX_HTML_CHARS]

    def note(self, *defects: str | None) -> None:
        """Keep what is odd about the mail, each once; None is left out."""
        self.defects.extend(each for each in dict.fromkeys(defects) if each and each not in self.defects)


def read_contents(root: Part, languages: Sequence[str] = ()) -> Contents:
    """Walks the parts. Text without a file name that is not sent as a file is the mail's text; all else is a file.

    `languages` are those the writer is likely to use, for texts without a label.
    """
    contents = Contents()
    reader = _Reader(contents, languages)
    reader.part(root, alone=True)
    if not contents.segments:
        reader.rescue(root)
    reader.name_by_charset()
    _mark_inline(contents)
    return contents


def is_stub(plain: str, html_text: str) -> bool:
    """The plain half only says that there is an HTML half."""
    return not plain.strip() or (len(plain) < 300 and len(html_text) > 3 * len(plain) and bool(_STUB.search(plain)))


@dataclass(slots=True)
class _Reader:
    contents: Contents
    languages: Sequence[str]
    no_texts: list[Part] = field(default_factory=list)  # sent as text and filed instead
    raw_names: list[tuple[int, Part]] = field(default_factory=list)  # files whose names came as raw bytes
    unwrapped: int = 0
    bytes_left: int = MAX_TEXTS_BYTES  # to decode, of all texts of one mail together
    chars_left: int = MAX_TEXTS_CHARS  # to keep of them

    def part(self, part: Part, *, alone: bool = False) -> None:
        if part.children:
            self.stray(part.preamble)
            if part.type == "multipart/alternative":
                self.alternative(part)
            else:
                for child in part.children:
                    self.part(child)
            self.stray(part.epilogue)
        elif self.is_text(part, alone):
            self.text(part, self.segment())
        elif not self.unwrap(part):
            self.file(part)

    def segment(self) -> Segment:
        self.contents.segments.append(Segment())
        return self.contents.segments[-1]

    def is_text(self, part: Part, alone: bool) -> bool:
        if part.type not in _TEXT_TYPES:
            return False
        return alone and part.disposition != "attachment" or part.disposition != "attachment" and not part.name

    def stray(self, words: bytes) -> None:
        """Words before or after the parts, where no program is meant to look: a list's footer, or what was lost from a part."""
        words = _BOUNDARY.sub(b"", words).strip()
        if any(byte > 0x40 for byte in words) and not _NO_WORDS.search(words[:2_000]):
            self.words(words, "stray words")

    def words(self, words: bytes, of: str) -> None:
        """A stretch of text of its own."""
        text = self._read(words[: 4 * MAX_TEXT_CHARS], None, of)
        self.contents.segments.append(Segment(plain=self._cut(text, MAX_TEXT_CHARS, whole=len(words) <= 4 * MAX_TEXT_CHARS)))

    def alternative(self, part: Part) -> None:
        """The same text in several forms: the plain one and the last HTML one; files among them stay files."""
        plains: list[str] = []
        forms: list[Contents] = []
        for child in part.children:
            before, self.contents.segments = self.contents.segments, []
            self.part(child)
            found, self.contents.segments = Contents(self.contents.segments), before
            if found.html is not None:
                forms.append(found)
            else:
                plains.extend(each.plain for each in found.segments if each.plain and each.plain.strip())
        plain = "\n\n".join(dict.fromkeys(plains)) if plains else None
        if forms:
            self.contents.note(*forms[-1].defects)
            for other in {_words(form.html): form for form in forms if _words(form.html) != _words(forms[-1].html)}.values():
                self._add("", (other.html or "").encode(), "text/html")
            self.contents.segments.append(Segment(plain, forms[-1].html, forms[-1].html_raw))
        elif plain is not None:
            self.contents.segments.append(Segment(plain))

    def text(self, part: Part, segment: Segment) -> None:
        content = part.content()
        self.contents.note(part.defect())
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
            self.page(segment, self._decoded(content, part))
        self.footer(part)

    def page(self, segment: Segment, html: str) -> None:
        """Style sheets and the pictures that stand in it are taken out, then it is cut."""
        light = lighten(html, first=len(self.contents.files) + 1)
        segment.html_raw = html[:MAX_HTML_CHARS]
        segment.html = self._cut(light.html, MAX_HTML_CHARS)
        if light.left_out:
            self.contents.note("too much to decode")
        for picture in light.pictures:
            self._add("", picture.content, picture.declared, inline=True, content_id=picture.content_id)

    def footer(self, part: Part) -> None:
        if footer := part.footer():
            self.words(footer, "footer")

    def _decoded(self, content: bytes, part: Part) -> str:
        label = part.params.get("charset")
        if part.type != "text/plain" and codec_for(label) is None and (meta := _META_CHARSET.search(content[:4_096])):
            label = meta[1].decode("ascii")
        if label and codec_for(label) is None:
            self.contents.note(f"unknown charset {label[:40]}")
        if part.type not in {"text/plain", "text/enriched", "text/richtext"}:
            return self._read(content, label, part.type)  # it is cut when it is light
        limit = 4 * MAX_TEXT_CHARS
        return self._cut(self._read(content[:limit], label, part.type), MAX_TEXT_CHARS, whole=len(content) <= limit)

    def _read(self, content: bytes, label: str | None, of: str) -> str:
        """The text, how it was read noted; nothing once the texts of this mail have used up their budget."""
        if len(content) > self.bytes_left:
            self.contents.note("text cut")
            content = content[: self.bytes_left]
        self.bytes_left -= len(content)
        reading = read(content, label, self.languages)
        if reading.codec != "ascii" and len(self.contents.readings) < MAX_READINGS:
            self.contents.readings.append(f"{of}: {reading.codec} ({reading.why})")
        if self.contents.charset is None and reading.codec not in _CODECS_OF_ALL:
            self.contents.charset = reading.codec
        return reading.text

    def _cut(self, text: str, limit: int, *, whole: bool = True) -> str:
        """As much of a text as may be kept; whatever is cut off is noted."""
        limit = min(limit, self.chars_left)
        self.chars_left -= len(text[:limit])
        if len(text) > limit or not whole:
            self.contents.note("text cut")
        return text[:limit]

    def unwrap(self, part: Part) -> bool:
        """What stands inside an opaque signature or a `winmail.dat` is read as if it stood in the mail itself."""
        if self.unwrapped >= MAX_UNWRAPPED:
            return False
        content = part.content()
        self.unwrapped += 1
        if content.startswith(TNEF_SIGNATURE):
            return self.tnef(part, content)
        if part.type not in smime.TYPES and not part.name.lower().endswith(".p7m"):
            self.unwrapped -= 1
            return False
        inner = smime.signed_content(content)
        if inner is None:
            return False
        cutter = Cutter()
        self.part(cutter.part(inner, "text/plain", 1), alone=True)
        self.contents.note(part.defect(), *cutter.defects)
        return True

    def tnef(self, part: Part, content: bytes) -> bool:
        found = read_tnef(content)
        if found is None or not (found.files or found.plain.strip() or found.html.strip()):
            return False
        written = {"".join((each.plain or "").split()) for each in self.contents.segments}
        if (found.plain.strip() or found.html.strip()) and "".join(found.plain.split()) not in written:
            segment = self.segment()
            segment.plain = self._cut(found.plain, MAX_TEXT_CHARS) if found.plain.strip() else None
            if found.html.strip():
                self.page(segment, found.html)
        for file in found.files:
            self._add(file_name(file.name), file.content, file.declared, content_id=file.content_id)
        if not found.whole:
            self.contents.note("winmail.dat ends too early")
            self.file(part)
        return True

    def file(self, part: Part) -> None:
        content = part.body if part.type == "message/rfc822" and not part.headers.raw("content-transfer-encoding") else part.content()
        self.contents.note(part.defect())
        name = file_name(part.name)
        if not name and part.type == "message/rfc822":
            name = _mail_name(content)
        elif name and not all(value.isascii() for _, value in part.headers.items):
            self.raw_names.append((len(self.contents.files), part))
        self._add(
            name,
            content,
            part.type,
            inline=part.disposition == "inline" and part.maintype == "image",
            content_id=part.content_id,
        )
        self.footer(part)

    def _add(self, name: str, content: bytes, declared: str, *, inline: bool = False, content_id: str | None = None) -> None:
        kind = type_of(content, declared)
        name = file_name(name) or default_name(len(self.contents.files) + 1, kind)
        self.contents.files.append(MailAttachment(name, kind, declared, content, inline, content_id))

    def name_by_charset(self) -> None:
        """Names that came as raw bytes are read by what is known of the mail's text, which is longer."""
        heads = b"\n".join(value for _, part in self.raw_names for _, value in part.headers.items if not value.isascii())
        charset = self.contents.charset or charset_of(heads, self.languages) or "utf-8"
        for index, part in self.raw_names:
            told = parameters(b";" + part.headers.raw("content-disposition").partition(b";")[2], charset, self.languages)
            kind = parameters(part.headers.raw("content-type"), charset, self.languages)
            if name := file_name(told.get("filename") or kind.get("name", "")):
                self.contents.files[index] = replace(self.contents.files[index], name=name)

    def rescue(self, root: Part) -> None:
        """No text in the ordinary places: text that was sent as a nameless file."""
        texts = [part for part in _leaves(root) if part.type in {"text/plain", "text/html"}]
        chosen = [part for part in texts if part.disposition != "attachment"] or [part for part in texts if not part.name][:1]
        for part in chosen:
            self.text(part, self.segment())


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
    named = {picture_key(each) for each in _CID.findall(page)} if page and "cid:" in page.lower() else set()
    for index, file in enumerate(contents.files):
        if file.content_id and not file.inline and picture_key(file.content_id) in named:
            contents.files[index] = replace(file, inline=True)


def _words(page: str | None) -> str:
    return "".join(_TAG.sub(" ", page or "").split())
