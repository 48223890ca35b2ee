from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

from helpdesk.base import clock
from tests.tickets.mail.providers.sample import SECRET, Call, Sample

KEY = "key-of-the-studio"
BOUNDARY = "----mailgunBoundary"


class Mailgun(Sample):
    secrets = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": SECRET}

    def mail(self, content: bytes, token: str = "t" * 50) -> Call:
        fields = {"recipient": b"help@ember.example", "body-mime": content} | {
            name: value.encode() for name, value in self._signed(token).items()
        }
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
            for name, value in fields.items()
        ]
        return Call(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}")

    def news(self, message_id: str, word: str, token: str = "n" * 50) -> Call:
        data = {"event": word, "timestamp": clock.now().timestamp(), "user-variables": {"desk_message": message_id}}
        return Call(json.dumps({"signature": self._signed(token), "event-data": data}).encode())

    def forged(self, call: Call) -> Call:
        """It knows the secret in the address, and not the key."""
        signature = self._signature_in(call.body)
        return replace(call, body=call.body.replace(signature, b"0" * len(signature)))

    @staticmethod
    def _signed(token: str) -> dict[str, str]:
        timestamp = str(int(clock.now().timestamp()))
        return {
            "timestamp": timestamp,
            "token": token,
            "signature": hmac.new(KEY.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest(),
        }

    def _signature_in(self, body: bytes) -> bytes:
        return next(
            signature.encode() for token in ("t" * 50, "n" * 50) if (signature := self._signed(token)["signature"]).encode() in body
        )


SAMPLE = Mailgun()
