"""What the contract of the providers wants to know of each: how it calls at its doors. A provider has a file here, with its `SAMPLE`."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

SECRET = "studio:secret"


@dataclass(frozen=True)
class Call:
    """A request at one of its doors."""

    body: bytes
    content_type: str = "application/json"
    secret: str = SECRET

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(self.secret.encode()).decode()}


class Sample(ABC):
    secrets: dict[str, str]  # what ANYMAIL holds

    @abstractmethod
    def mail(self, content: bytes, token: str = "t" * 50) -> Call:
        """It hands in a mail to help@ember.example. `token`: its own name of it, or of its signature."""

    @abstractmethod
    def news(self, message_id: str, word: str, token: str = "n" * 50) -> Call:
        """It tells of a mail of ours. `word` is "delivered", or one that nobody has heard of."""

    def forged(self, call: Call) -> Call:
        """The same of somebody who does not know the secret."""
        return replace(call, secret="studio:guess")
