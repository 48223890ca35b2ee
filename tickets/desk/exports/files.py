"""Rows as csv and as xlsx, made in parts that are joined at the end: each part is short work, and none of it is lost with a worker.

A sheet's part is written by xlsxwriter as a workbook of its own whose rows stand where they will stand in the whole; of it the rows are
kept. Parts are kept compressed, and no more than one of them is in memory.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter
from django.utils.translation import gettext as _

Cell = str | int | datetime | None
MOST = 1_048_575  # rows of a sheet, beneath its heading
LONGEST = 32_000  # signs of a cell; a sheet takes a few more
LEVEL = 3  # of compression: a third of the time of the usual one, for a tenth more bytes
_CALCULATES = tuple("=+-@\t\r\n＝＋－＠")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_FLAGS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows as they stand in the file, compressed. `first`: how many rows stand before it; `size`: its bytes when they are not."""

    first: int
    size: int
    content: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what `rows` become from the row `first` on, and what `join` makes of headings and parts."""

    name: str
    media_type: str
    rows: Callable[[Sequence[Sequence[Cell]], int], bytes]
    join: Callable[[Sequence[str], Sequence[Part]], IO[bytes]]


def harmless(text: str) -> str:
    """A text that no program calculates when it opens the file: what would be a formula begins with an apostrophe."""
    text = text[:LONGEST]
    return f"'{text}" if text.startswith(_CALCULATES) or text.lstrip().startswith(_CALCULATES) else text


def packed(content: bytes) -> bytes:
    """As parts are kept."""
    return zlib.compress(content, LEVEL)


def _csv_rows(rows: Sequence[Sequence[Cell]], _first: int) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_said(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _said(cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return "" if cell is None else cell


def _csv_whole(headings: Sequence[str], parts: Sequence[Part]) -> IO[bytes]:
    whole: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by who takes it
    whole.write("\ufeff".encode())  # or Excel takes it for Latin-1
    whole.write(_csv_rows([headings], 0))
    for part in parts:
        whole.write(zlib.decompress(part.content()))
    return whole


def _xlsx_rows(rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    begins = first % MOST + 1
    with _Workbook(["-"], 1) as (book, (sheet,), moment):
        for at, row in enumerate(rows, start=begins):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime) and cell.year >= 1900:
                    sheet.write_datetime(at, column, cell.replace(tzinfo=None, microsecond=0), moment)
                elif isinstance(cell, int):
                    sheet.write_number(at, column, cell)
                elif cell is not None and cell != "":
                    sheet.write_string(at, column, str(cell))
    text = ZipFile(book).read("xl/worksheets/sheet1.xml")
    return text[text.index(b"</row>") + len(b"</row>") : text.index(b"</sheetData>")]


def _xlsx_whole(headings: Sequence[str], parts: Sequence[Part]) -> IO[bytes]:
    sheets: dict[int, list[Part]] = {1: []}
    for part in parts:
        sheets.setdefault(part.first // MOST + 1, []).append(part)
    with _Workbook(headings, len(sheets)) as (book, _sheets, _moment):
        pass
    whole: IO[bytes] = TemporaryFile()  # noqa: SIM115
    with ZipFile(book) as shell, ZipFile(whole, "w", ZIP_DEFLATED, compresslevel=LEVEL) as target:
        for item in shell.infolist():
            number = _SHEET.fullmatch(item.filename)
            inside = sheets[int(number[1])] if number else []
            place = ZipInfo(item.filename, item.date_time)
            place.compress_type, place.file_size = ZIP_DEFLATED, item.file_size + sum(part.size for part in inside)
            with target.open(place, "w") as file:
                for piece in _filled(shell.read(item), inside) if number else [shell.read(item)]:
                    file.write(piece)
    return whole


def _filled(sheet: bytes, parts: Iterable[Part]) -> Iterator[bytes]:
    """A sheet that has its heading alone, with the rows behind that. What it says of its size is taken out: nobody needs it."""
    head, close, rest = sheet.partition(b"</row>")
    yield re.sub(rb"<dimension [^>]*/>", b"", head) + close
    for part in parts:
        yield zlib.decompress(part.content())
    yield rest


class _Workbook:
    """A workbook of ours, in memory, with the headings in each sheet. Its two formats have the same numbers in all of them."""

    def __init__(self, headings: Sequence[str], sheets: int) -> None:
        self._headings, self._sheets, self._file = headings, sheets, io.BytesIO()

    def __enter__(self) -> tuple[io.BytesIO, list[Any], Any]:
        self._book = xlsxwriter.Workbook(self._file, _FLAGS)
        bold, moment = self._book.add_format({"bold": True}), self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheets = []
        for number in range(1, self._sheets + 1):
            sheet = self._book.add_worksheet(f"{_('Tickets')} {number}" if self._sheets > 1 else _("Tickets"))
            for column, heading in enumerate(self._headings):
                sheet.write_string(0, column, heading, bold)
            sheet.write_blank(0, len(self._headings), None, moment)  # so that it has its number
            sheet.set_column(0, len(self._headings) - 1, 20)
            sheet.freeze_panes(1, 0)
            sheets.append(sheet)
        return self._file, sheets, moment

    def __exit__(self, *_error: object) -> None:
        self._book.close()


CSV = Format("csv", "text/csv; charset=utf-8", _csv_rows, _csv_whole)
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx_rows, _xlsx_whole)
FORMATS = {one.name: one for one in (CSV, XLSX)}
