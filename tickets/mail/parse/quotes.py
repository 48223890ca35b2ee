"""What the player wrote this time, apart from what the mail program quoted and signed.

Every line is given one mark: text, quote or signature; nothing is thrown away. Only an answer quotes us, so a first mail is not searched
for quotes: what looks like one there is what the player wants to show, a receipt or a talk. Where nothing would remain, all of it is the
text: a mail that only forwards something, or holds only a signature, is still to be read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum

from tickets.mail.parse.addresses import bare
from tickets.mail.parse.lines import Line, render
from tickets.mail.parse.quote_words import (
    ATTRIBUTION,
    DATED,
    DELIMITER,
    DEVICE,
    DISCLAIMER,
    FOOTER,
    INITIALS,
    INTRODUCTION,
    LABEL,
    PROGRAM,
    REPLY_SUBJECT,
    RULE,
    SEPARATOR,
    THIN_RULE,
)
from tickets.mail.parse.values import ReplyParts

_STARTS = re.compile(
    r"^[\s*_\"'<]*(?:On|Am|El|Le|Il|Em|Op|Den|Dne|W dniu|At|Il giorno|\d{1,2}[.:/ -]|\d{4}[-./ ]|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di"
    r"|Mi|Do|Fr|Sa|So|lun|mar|mié|jue|vie|sáb|dom"
    r"|пн|вт|ср|чт|пт|сб|вс)\b|понедельник|вторник|сред[аы]|четверг|пятниц[аы]|суббот[аы]|воскресень[ея]|В\s)",
    re.IGNORECASE,
)
_TIME = r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.])"
_STRONG = re.compile(rf"[\w.+-]+@[\w.-]+|\d{{4}}.{{0,30}}?{_TIME}|{_TIME}.{{0,30}}\d{{4}}")
"""An address, or a year with a time: "my friend wrote on 14.10.2025:" introduces the player's own words."""
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SENTENCE = re.compile(r"[.!?…。！？]\s*$")
_HEADER_LINES = 9
_MAX_LINES = 5_000


class Mark(Enum):
    """What a line of a mail is: the writer's own, repeated from another mail, or below the text."""

    TEXT = "text"
    QUOTE = "quote"
    SIGNATURE = "signature"


def answer_by(subject: str, thread_ids: Collection[str], lines: list[Line], own: Collection[str]) -> str:
    """What tells that a mail answers another one, or "" for a first mail: its references, its subject, or what it quotes.

    A quote tells it if it is ours, if it is a mail of the same subject, or by two signs together: a line that says who wrote when, and
    lines below it that the program marked.
    """
    if thread_ids:
        return "In-Reply-To or References"
    if REPLY_SUBJECT.match(subject):
        return "its subject"
    lines = lines[:_MAX_LINES]
    marks = [_first_mark(line, answer=True) for line in lines]
    for index, line in enumerate(lines):
        if len(line.text) > 400 or not line.text.rstrip(" *_\u00a0").endswith((":", "：", ">")) and not LABEL.match(line.text):
            continue
        if _ours(line.text, own) and (LABEL.match(line.text) or ATTRIBUTION.match(line.text) or DATED.match(line.text)):
            return "it quotes us"
        if _same_subject(subject, lines, index):
            return "it quotes a mail of the same subject"
        if _introduces_marked(lines, marks, index, own):
            return "it says who wrote the quote below it"
    return ""


def _same_subject(subject: str, lines: list[Line], start: int) -> bool:
    label = LABEL.match(lines[start].text)
    if not subject or label is None or label["from"] is None or not _is_header_block(lines, start):
        return False
    found = (LABEL.match(line.text) for line in lines[start : start + _HEADER_LINES])
    named = [each["value"] for each in found if each and each["subject"] is not None]
    return any(REPLY_SUBJECT.sub("", each).strip(" *_").casefold() == subject.strip().casefold() for each in named)


def _introduces_marked(lines: list[Line], marks: list[Mark], index: int, own: Collection[str]) -> bool:
    below = _next_filled(lines, index + 1)
    if below is None or below > index + 2 or not lines[below].depth:
        return False
    start = index if lines[index].depth else _introduction_start(lines, marks, index)
    if start is None or lines[index].depth and not (ATTRIBUTION.match(lines[index].text) or DATED.match(lines[index].text)):
        return False
    joined = " ".join(each.text for each in lines[start : index + 1])
    return bool(_STRONG.search(joined)) and not _strangers(joined, own)


def split(lines: list[Line], *, answer: bool = True, own: Collection[str] = ()) -> ReplyParts:
    """The parts of a text; together they hold each of its lines. `answer`: see `answer_by`. `own` are the addresses that we write from."""
    whole = render(lines)
    if len(lines) > _MAX_LINES:
        return ReplyParts(whole, "", "")
    marks = [_first_mark(line, answer=answer) for line in lines]
    if answer:
        _mark_initials(lines, marks)
        _mark_introductions(lines, marks, own)
        _mark_rest(lines, marks, own)
        _mark_wrapped(lines, marks)
    for start, end in _stretches(lines, marks):
        _mark_signature(lines, marks, start, end)
    _mark_blanks(lines, marks)
    text = _rendered(lines, marks, Mark.TEXT)
    if not text.strip():
        return ReplyParts(whole, "", "")
    return ReplyParts(
        text=text,
        quoted=_rendered(lines, marks, Mark.QUOTE),
        signature=_rendered(lines, marks, Mark.SIGNATURE),
        interleaved=len(list(_stretches(lines, marks))) > 1,
    )


def _first_mark(line: Line, *, answer: bool) -> Mark:
    if line.depth and answer:
        return Mark.QUOTE
    return Mark.SIGNATURE if line.signature and not line.blank and not DELIMITER.match(line.text) else Mark.TEXT


def _ours(text: str, own: Collection[str]) -> bool:
    """It names an address of ours."""
    return any(bare(each) in own for each in _ADDRESS.findall(text[:1_000]))


def _strangers(text: str, own: Collection[str]) -> bool:
    """It names addresses, and none of them is ours: what it introduces are not our words."""
    return bool(own) and bool(_ADDRESS.search(text[:1_000])) and not _ours(text, own)


def _rendered(lines: list[Line], marks: list[Mark], mark: Mark) -> str:
    """Lines of that mark; an empty line where others stood between them."""
    chosen: list[Line] = []
    last = -1
    for index, line in enumerate(lines):
        if marks[index] is mark:
            if chosen and last != index - 1 and not chosen[-1].blank:
                chosen.append(Line(""))
            chosen.append(line)
            last = index
    return render(chosen)


def _mark_initials(lines: list[Line], marks: list[Mark]) -> None:
    """ "JD> your words" is a quote where it cannot be anything else: two such lines running by the same one, or below "JD wrote:".

    Initials that are known so are known in the whole mail, for answers stand between quoted lines. A single "HP> 50" is the player's own.
    """
    found = {index: name for index, line in enumerate(lines) if marks[index] is Mark.TEXT and (name := _initials(line.text))}
    known: set[str] = set()
    for index, name in found.items():
        above = _previous_filled(lines, index - 1)
        if above is not None and (found.get(above) == name or _introduction_start(lines, marks, above) is not None):
            known.add(name)
    for index, name in found.items():
        deeper = f"{name}>>" in lines[index].text and (found.get(index - 1) in known or found.get(index + 1) in known)
        if name in known or deeper:
            marks[index] = Mark.QUOTE


def _initials(text: str) -> str | None:
    """Whom the line quotes: a name or initials in capitals, and words of his (or an empty line). Programs' prompts are written small."""
    match = INITIALS.match(text)
    if match is None or not match["name"][0].isupper():
        return None
    rest = match["rest"]
    return match["name"] if not rest.strip() or any(sign.isalpha() for sign in rest) else None


def _mark_introductions(lines: list[Line], marks: list[Mark], own: Collection[str]) -> None:
    """ "On Monday Anna wrote:" belongs to the quote below it; where the quote is not marked by `>`, all below belongs to it."""
    for index, line in enumerate(lines):
        if marks[index] is not Mark.TEXT or not line.text.rstrip(" *_\u00a0").endswith((":", "：")):
            continue
        start = _introduction_start(lines, marks, index)
        following = _next_filled(lines, index + 1)
        quote_follows = following is not None and marks[following] is Mark.QUOTE
        if start is None:
            if not (quote_follows and following is not None and following - index <= 2 and INTRODUCTION.search(line.text)):
                continue
            start = index
        joined = " ".join(each.text for each in lines[start : index + 1])
        start = _above_labels(lines, marks, start)
        if quote_follows or following is None:
            marks[start : index + 1] = [Mark.QUOTE] * (index + 1 - start)
        elif _STRONG.search(joined) and not _strangers(joined, own):
            marks[start:] = [Mark.QUOTE] * (len(marks) - start)
            return


def _introduction_start(lines: list[Line], marks: list[Mark], last: int) -> int | None:
    """Where the introduction that ends in this line begins: mail programs wrap it over up to three lines."""
    found = None
    for start in range(last, max(-1, last - 3), -1):
        if marks[start] is not Mark.TEXT or lines[start].blank:
            break
        joined = " ".join(line.text.strip() for line in lines[start : last + 1])
        if len(joined) > 500:
            break
        if (start == last or _STARTS.match(joined)) and (ATTRIBUTION.match(joined) or DATED.match(joined)):
            found = start
    return found


def _above_labels(lines: list[Line], marks: list[Mark], start: int) -> int:
    """Over the lines To and Subject, under a rule, that Yandex writes above its introduction."""
    top = start
    while top > 0 and marks[top - 1] is Mark.TEXT and LABEL.match(lines[top - 1].text):
        top -= 1
    ruled = top < start and top > 0 and THIN_RULE.match(lines[top - 1].text)
    return top - 1 if ruled else start


def _mark_rest(lines: list[Line], marks: list[Mark], own: Collection[str]) -> None:
    """Below "-----Original Message-----" or a block of From, Sent, To and Subject everything is quote, unless somebody else wrote it."""
    for index, line in enumerate(lines):
        if marks[index] is Mark.QUOTE or line.blank or len(line.text) > 400:
            continue
        if SEPARATOR.match(line.text) or (":" in line.text or "：" in line.text) and _is_header_block(lines, index):
            if _strangers(" ".join(each.text for each in lines[index : index + _HEADER_LINES] if LABEL.match(each.text)), own):
                continue
            start = index
            above = _previous_filled(lines, index - 1)
            if above is not None and RULE.match(lines[above].text):
                start = above
            marks[start:] = [Mark.QUOTE] * (len(marks) - start)
            return


def _is_header_block(lines: list[Line], start: int) -> bool:
    """Three different labels of a mail's head close together, the sender among them, with an address or a date."""
    first = LABEL.match(lines[start].text)
    if first is None or first.lastgroup is None:
        return False
    kinds: set[str] = set()
    blanks = strangers = 0
    values = []
    for line in lines[start : start + _HEADER_LINES]:
        if line.blank:
            blanks += 1
            if blanks > 2 and len(kinds) < 2:
                break
            continue
        label = LABEL.match(line.text)
        if label is None:
            strangers += 1
            if strangers > 2:
                break
            continue
        kinds.update(name for name, value in label.groupdict().items() if value is not None and name != "value")
        values.append(label["value"])
    told = " ".join(values)
    return "from" in kinds and len(kinds - {"copy"}) >= 3 and bool(re.search(r"@|\d", told))


def _mark_wrapped(lines: list[Line], marks: list[Mark]) -> None:
    """A short rest of a long quoted line that a mail program wrapped without repeating the `>`."""
    for index in range(1, len(lines) - 1):
        above, line, below = lines[index - 1], lines[index], lines[index + 1]
        if (
            marks[index] is Mark.TEXT
            and above.depth
            and above.depth == below.depth
            and not line.blank
            and not above.blank
            and not below.blank
        ):
            ends = above.text.rstrip().endswith((".", "!", "?", ":"))
            if len(above.text) >= 60 and len(line.text) < 30 and not ends:
                marks[index] = Mark.QUOTE


def _stretches(lines: list[Line], marks: list[Mark]) -> Iterator[tuple[int, int]]:
    """[start, end) of each run of text lines with words in it."""
    start = None
    for index in range(len(lines) + 1):
        inside = index < len(lines) and (marks[index] is Mark.TEXT or (start is not None and lines[index].blank and not lines[index].depth))
        if inside and start is None and not lines[index].blank:
            start = index
        elif not inside and start is not None:
            yield start, index
            start = None


def _mark_signature(lines: list[Line], marks: list[Mark], start: int, end: int) -> None:
    """The signature at the end of one stretch of text."""
    cut = _signature_start(lines, start, end)
    while cut > start and lines[cut - 1].blank:
        cut -= 1
    cut = _above_taglines(lines, start, cut)
    for index in range(cut, end):
        if not lines[index].blank:
            marks[index] = Mark.SIGNATURE


def _signature_start(lines: list[Line], start: int, end: int) -> int:
    for index in range(start, end):
        text = lines[index].text
        if DELIMITER.match(text):
            below = [line for line in lines[index + 1 : end] if not line.blank]
            if len(below) <= 25 and (lines[index].signature or _is_signature(below)):
                return index
        elif index > start and (FOOTER.match(text) or _is_disclaimer(lines, index, end)):
            return index
    return end


def _is_signature(below: list[Line]) -> bool:
    """A line of dashes alone proves nothing; a few short lines below it that are no sentences, like a name and a title, do."""
    return len(below) <= 6 and not any(len(" ".join(line.text.split())) > 60 or _SENTENCE.search(line.text) for line in below)


def _is_disclaimer(lines: list[Line], index: int, end: int) -> bool:
    """A paragraph of a lawyer begins here, and only such ones follow."""
    if not lines[index - 1].blank or not _is_lawyers(lines, index):
        return False
    starts = [each for each in range(index, end) if not lines[each].blank and (each == index or lines[each - 1].blank)]
    return len(starts) <= 8 and all(_is_lawyers(lines, each) for each in starts)


def _is_lawyers(lines: list[Line], start: int) -> bool:
    paragraph = "\n".join(line.text for line in lines[start : start + 4])
    return len(lines[start].text) > 20 and bool(DISCLAIMER.match(paragraph) or FOOTER.match(paragraph))


def _above_taglines(lines: list[Line], start: int, end: int) -> int:
    """Over "Sent from my iPhone" and the like at the very end."""
    while end > start:
        above = _previous_filled(lines, end - 1)
        if above is None or above < start or not _is_tagline(lines[above].text):
            return end
        end = above
    return end


def _is_tagline(text: str) -> bool:
    return len(text) < 200 and bool(DEVICE.match(text)) and bool(PROGRAM.search(text))


def _mark_blanks(lines: list[Line], marks: list[Mark]) -> None:
    """An empty line goes with what stands above it."""
    for index in range(1, len(lines)):
        if lines[index].blank and not lines[index].depth:
            marks[index] = marks[index - 1]


def _next_filled(lines: list[Line], index: int) -> int | None:
    return next((each for each in range(index, len(lines)) if not lines[each].blank), None)


def _previous_filled(lines: list[Line], index: int) -> int | None:
    return next((each for each in range(index, -1, -1) if not lines[each].blank), None)
