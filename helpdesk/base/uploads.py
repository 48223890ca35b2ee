"""Uploads that find no room while they come in: refused in a sentence where the form looks at them, instead of an error page."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any, NoReturn

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from helpdesk.base.blobs import NotKept
from helpdesk.base.blobs.keeping import no_room

log = structlog.get_logger(__name__)


class LostUpload(UploadedFile[bytes]):
    """A file of which the bytes could not be kept on their way in. Who reads it is told: NotKept."""

    def read(self, *_words: Any) -> NoReturn:
        raise NotKept(no_room(), field="file")


class UploadHandler(TemporaryFileUploadHandler):
    """Django's own for large files, for a disk that may be full."""

    lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.lost = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._lose(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.lost:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._lose(error)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if not self.lost:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self._lose(error)
        nothing: IO[bytes] = BytesIO()
        return LostUpload(nothing, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)

    def _lose(self, error: OSError) -> None:
        self.lost = True
        log.error("upload_not_kept", file=self.file_name, error=str(error))
