from __future__ import annotations

import json

from helpdesk.base import clock
from tests.tickets.mail.providers.sample import SECRET, Call, Sample


class Postmark(Sample):
    secrets = {"WEBHOOK_SECRET": SECRET}

    def mail(self, content: bytes, token: str = "t" * 50) -> Call:
        told = {"MessageID": token, "OriginalRecipient": "help@ember.example", "RawEmail": content.decode()}
        return Call(json.dumps(told).encode())

    def news(self, message_id: str, word: str, token: str = "n" * 50) -> Call:
        kind = "Delivery" if word == "delivered" else word
        told = {"RecordType": kind, "DeliveredAt": clock.now().isoformat(), "Metadata": {"desk_message": message_id}}
        return Call(json.dumps(told).encode())


SAMPLE = Postmark()
