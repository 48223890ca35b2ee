"""Mails made to hurt whoever reads them, by kinds. `scale` 1 is as large as a door lets in (or as hurts most); tests take a part of it.

Each is a function of the scale that gives the mail's bytes. Nobody sent them: they were thought out here, one or more for each place
where a reader of mails may be made to work more than the bytes are worth.
"""

from __future__ import annotations

from tests.factories.hostile import codes, files, pages, structure, texts
from tests.factories.hostile.files import png
from tests.factories.hostile.making import KINDS

__all__ = ["KINDS", "codes", "files", "pages", "png", "structure", "texts"]
