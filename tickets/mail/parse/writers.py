"""Who wrote a mail: the sender, unless enough speaks for a form, a group or a program that sent it for somebody whom it names.

The one in `Reply-To` or `X-Original-From` is then the player. A `Reply-To` alone proves nothing: whoever can write it into a mail that he
sends in another's name would be told what is that other's to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.mail.parse.addresses import bare, parse_addresses
from tickets.mail.parse.machines import is_daemon, is_no_reply
from tickets.mail.parse.mime import Part
from tickets.mail.parse.values import MailAddress, Sign, heaviest

SENT_FOR_ANOTHER = 50  # weight from which the sender is not the writer
_ORIGINALS = ("x-original-from", "x-google-original-from", "x-original-sender")
_VIA = re.compile(r"^\W*(?P<name>.*?)\W*\s(?:via|über|через|par|vía|tramite)\s+\S", re.IGNORECASE)
_PROGRAM = re.compile(
    r"^(?:wordpress|www-?data|apache2?|nginx|httpd|nobody|web-?forms?|web-?server|web-?mailer|web-?site|form-?mail(?:er)?|forms?"
    r"|contact-?forms?|kontakt-?formular|typo3|drupal|joomla|php|mailer|robot|smtp|server|cgi|formular|formulario|formulaire)(?:[+-][^@]*)?@",
    re.IGNORECASE,
)
_VENDORS = re.compile(
    r"@(?:[\w.-]+\.)?(?:formspree\.io|typeform\.com|jotform\.com|wufoo\.com|formstack\.com|wpforms\.com|getform\.io|formsubmit\.co|tally\.so"
    r"|123formbuilder\.(?:com|io)|cognitoforms\.com|squarespace\.(?:info|com)|wixforms\.com|crm\.wix\.com|wix\.com|weebly\.com|webflow\.com"
    r"|netlify\.com|basin\.com|formcarry\.com|elfsight\.com|zohoforms\.(?:com|eu)|paperform\.co|fillout\.com|web3forms\.com|formkeep\.com)$",
    re.IGNORECASE,
)
_FORM_WORDS = re.compile(
    r"\b(?:web ?forms?|contact(?: us)? ?forms?|website|wordpress|kontakt ?formular|formular|formulaire"
    r"|formulario|formul[áa]rio|modulo di contatto"
    r"|contactformulier|formularz|form submission|new submission|форма обратной связи|обратная связь)\b|お問い合わせ|联系表|聯絡表",
    re.IGNORECASE,
)
_FORM_PROGRAMS = re.compile(r"phpmailer|wp ?mail|wordpress|wpforms|swiftmailer|contact form|formmail|nodemailer", re.IGNORECASE)
_FORM_HEADERS = ("x-php-originating-script", "x-php-script", "x-form-id", "x-wpcf7-content-type")


@dataclass(frozen=True, slots=True)
class Writer:
    """Whom to answer, and why where it is not the sender. `on_behalf`: an address of ours sent it for him."""

    address: MailAddress
    signs: tuple[Sign, ...] = ()
    on_behalf: bool = False


def find_writer(root: Part, sender: MailAddress, reply_to: tuple[MailAddress, ...], words: str, own_addresses: frozenset[str]) -> Writer:
    """The writer by the headers. `words` are subject and text, where forms repeat the address of who filled them in."""
    own = {bare(each) for each in own_addresses}
    originals = _others(parse_addresses(value for name in _ORIGINALS for value in root.headers.raw_all(name)), sender, own)
    replies = _others(reply_to, sender, own)
    signs = _signs(root, sender, _Named(originals, replies, words, bare(sender.address) in own))
    if sum(sign.weight for sign in signs) < SENT_FOR_ANOTHER:
        return Writer(sender)
    via = _VIA.match(sender.name)
    name = via["name"] if via else ""
    for named in (originals[:1], replies if len(replies) == 1 else []):
        if named:
            found = named[0] if named[0].name or not name else MailAddress(named[0].address, name)
            return Writer(found, signs, on_behalf=bare(sender.address) in own)
    if any(sign.family == "group" for sign in signs):
        return Writer(MailAddress("", name or sender.name), signs)  # an answer to the group would be read by all of it
    return Writer(sender)


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom the mail names beside its sender, in which words, and whether it comes from an address of ours."""

    originals: list[MailAddress]
    replies: list[MailAddress]
    words: str
    from_us: bool


def _signs(root: Part, sender: MailAddress, named: _Named) -> tuple[Sign, ...]:
    originals, replies, words = named.originals, named.replies, named.words
    headers, address = root.headers, sender.address
    program = headers.text("x-mailer")[:200]
    listed = any(name in headers for name in ("list-id", "list-post", "x-google-group-id", "mailing-list"))
    via = _VIA.match(sender.name)
    repeated = replies and replies[0].address.lower() in words.lower()
    found = {
        Sign("sender", "from an address of ours", 60): named.from_us,
        Sign("sender", "no-reply address", 60, address): is_no_reply(address),
        Sign("sender", "address of a form's maker", 60, address): _VENDORS.search(address),
        Sign("sender", "address of a program", 50, address): _PROGRAM.search(address),
        Sign("group", "a group that rewrites senders", 50, sender.name): via and listed,
        Sign("via", "the name says “via”", 30, sender.name): via and not listed,
        Sign("original", "another original sender", 40, originals[0].address if originals else ""): originals,
        Sign("passed on", "mailing list", 10): originals and listed,
        Sign("form", "the words of a form", 30): _FORM_WORDS.search(f"{sender.name}\n{words[:200]}"),
        Sign("program", "sent by a form's program", 30, program): _FORM_PROGRAMS.search(program)
        or any(name in headers for name in _FORM_HEADERS),
        Sign("repeated", "its text names the address to reply to", 20): repeated,
        Sign("generated", "Auto-Submitted", 20, "auto-generated"): headers.token("auto-submitted") == "auto-generated",
    }
    return tuple(heaviest(sign for sign, holds in found.items() if holds))


def _others(addresses: tuple[MailAddress, ...], sender: MailAddress, own: set[str]) -> list[MailAddress]:
    """Those who are people and not the sender, us, or the mail system."""
    return [
        each
        for each in addresses
        if each.address
        and bare(each.address) not in own
        and each.address.lower() != sender.address.lower()
        and not is_daemon(each.address)
        and not is_no_reply(each.address)
    ]
