"""What is written about players into the audit and into notices is never a text: the calls themselves, as they are written.

Events need no such look: the fields of a kind hold no text (tests/tickets/test_event_kinds.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.ground import dotted, modules, name, none_of, tree

WORDS = {"before"}  # of a mailbox, a rule: what it said before
OURS = {"by", "subject", "request", "game_id", "remark", "about"}
TEXTS = re.compile(
    r"(^|[._])(subject|text|name|nickname|address|email|error|reason|detail|comment|words|body|note|told|html|quoted|label|gist|title"
    r"|external_id|from_address|to_address|author_name|message_id_header|filename)(\(\))?$"
)
OF_A_NOTICE = {"link", "important", "again"}
NOTICES = {"notify", "_tell"}
RECORDING = {"note_audit"} | NOTICES
OF_THE_STUDIO = {  # calls that tell of the studio's own things: people, teams, games, mailboxes
    "helpdesk/staff/",
    "players/services.py:declare",  # a field of a game's card, and what the studio says of it
    "players/services.py:undeclare",
    "players/services.py:name_class",
    "tickets/administration/services.py:save_mailbox",
    "tickets/administration/services.py:hurry_service",  # which server, by our own name of it
    "tickets/administration/services.py:retry_parked",  # which kind of work, out of our own list
    "tickets/administration/services.py:dismiss_parked",
}


def recordings() -> Iterator[tuple[str, str, ast.Call]]:
    """(where, the function it stands in, the call) of every note in the audit and of every notice to an operator."""
    for path in modules():
        if "/demo/" in name(path) or "/dev/" in name(path):
            continue
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in RECORDING:
                        yield f"{name(path)}:{node.lineno}", f"{name(path)}:{function.name}", node


def facts(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a call puts into the row's data: its own keywords."""
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg not in (OF_A_NOTICE if dotted(call.func) in NOTICES else OURS):
            yield keyword.arg, keyword.value


def speaks(value: ast.expr) -> bool:
    """Whether an expression is a text, as far as one can see: built from letters, or read from a field that holds words."""
    if isinstance(value, ast.JoinedStr):
        return True
    if isinstance(value, ast.Call) and dotted(value.func) in {"str", "repr", "one_line", "clean", "_", "gettext"}:
        return True
    if isinstance(value, ast.Call) and dotted(value.func) in {"bool", "len", "sorted", "sum"}:
        return dotted(value.func) == "sorted" and any(speaks(one) for one in value.args)
    if isinstance(value, ast.Attribute | ast.Name):
        return bool(TEXTS.search(dotted(value)))  # of `address.pk` the last part counts
    return any(speaks(one) for one in ast.iter_child_nodes(value) if isinstance(one, ast.expr))


def test_no_entry_and_no_notice_about_a_player_takes_a_text() -> None:
    calls = list(recordings())
    assert len(calls) > 40
    found = [
        f"{where}: {fact}"
        for where, function, call in calls
        if not function.startswith(tuple(OF_THE_STUDIO))
        for fact, value in facts(call)
        if fact not in WORDS and speaks(value)
    ]
    none_of(found)


def seen(source: str) -> bool:
    return speaks(ast.parse(source, mode="eval").body)


def test_the_eye_sees_texts() -> None:
    texts = ("ticket.subject", "message.to_address", "str(error)", "f'{x}'", "one_line(said)", "[file.name]", "reason", "{1: player.name}")
    others = ("ticket.pk", "sorted(after)", "answer_there", "3", "at.isoformat()", "address.pk", "bool(comment)")

    assert [seen(source) for source in (*texts, *others)] == [True] * len(texts) + [False] * len(others)
