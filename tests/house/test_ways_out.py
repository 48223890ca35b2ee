"""What somebody may not see is told by no way out: field × right × page, list, search, count, completion, notice and mail.

Read are all addresses that can be read, as the URLconf has them; the vault (`vault.py`) says what must not be found there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from helpdesk.base import blobs
from helpdesk.base.batches import batched
from helpdesk.base.jobs import running
from helpdesk.base.jobs.models import Job
from helpdesk.staff.copies import worded
from helpdesk.staff.models import Notice, User
from helpdesk.staff.notices import newest
from helpdesk.staff.rights import Right, registered
from tests.factories.staff import RoleFactory
from tests.house.ground import none_of
from tests.house.studio import GUARDED, HANDLER, Door, House
from tests.house.vault import ASKED, BY_NATURE, DEEDS, MARKS, WORDS, Vault, missing_words
from tickets import filters
from tickets.desk.queue.look import MOST_COLUMNS

pytestmark = pytest.mark.django_db

NOBODYS = "zzyzx"
GUARDING = {name: filters.field(name).right for name in ASKED}
COLUMNS = [field.name for field in filters.registered() if field.listed]
SORTS = [field.name for field in filters.registered() if field.listed and field.listed.sort]


@pytest.fixture(scope="module")
def vault(house: House) -> Vault:
    return Vault(house)


def signed_in(who: User) -> Client:
    client = Client()
    client.handler = HANDLER
    client.force_login(who)
    return client


def text_of(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace").replace("&#x27;", "'")


def addresses(vault: Vault, door: Door) -> Iterator[str]:
    """A door for each thing of the ticket that it may lead to."""
    house = vault.house
    if {"number", "pk"} <= set(door.wants):
        yield from (house.address(door, pk=message.pk) for message in vault.messages())
    elif door.name in {"desk:attachment", "desk:thumbnail"}:
        yield from (house.address(door, pk=file.pk) for file in vault.files())
    else:
        yield house.address(door)
    if door.name in {"desk:ticket", "desk:card"}:
        yield house.address(door, number=vault.other.number)
    if door.name == "desk:ticket":
        yield from (f"{house.address(door)}?{more}" for more in ("whole", "mode=note"))
    if door.name == "desk:queue":
        yield from (f"{house.address(door)}?status=all&sort={sort}" for sort in SORTS)
        yield from (f"{house.address(door)}?status=all&columns={','.join(some)}" for some in batched(COLUMNS, MOST_COLUMNS))


def exported(client: Client, query: str) -> dict[str, str]:
    """The file that a list becomes: by the first of its columns what stands in the second; nothing where that is refused."""
    newest = Job.objects.order_by("-pk").first()
    client.post(f"/tickets/export/?status=all&{query}", {"format": "csv"})
    running.run_due()
    job = Job.objects.order_by("-pk").first()
    if job is None or job == newest:
        return {}
    assert job.result
    return {row[0]: row[1] for row in csv.reader(blobs.read(job.result).decode().splitlines())}


def told_by_pages(vault: Vault, who: User, ways: list[str] | None = None) -> dict[str, str]:
    """What the addresses that can be read say to this person, those that answer."""
    client, found = signed_in(who), {}
    for way in ways if ways is not None else [way for door in GUARDED for way in addresses(vault, door)]:
        response = client.get(way)
        if response.status_code == 200:
            found[way] = text_of(response)
    page = f"/tickets/{vault.ticket.number}/"
    found["the news of the ticket"] = text_of(client.post(f"{page}updates/", {"after": "1", "people": "-"}))
    found["a reply that stops"] = text_of(client.post(f"{page}reply/", {"mode": "reply", "text": "Hello", "seen": "0", "upto": "0"}))
    picked = {"do": "assign:nobody", "pick": [vault.ticket.number]}
    found["what a change to many would do"] = text_of(client.post("/tickets/picked/", picked))
    found["the bell"] = "\n".join(notice.words() for notice in newest(who))
    found["the mails to colleagues"] = "\n".join("\n".join(worded(notice)) for notice in Notice.objects.filter(user=who))
    return found


def listed(client: Client, query: str) -> list[Any]:
    """The tickets that the queue shows for a question, and the numbers on its tabs."""
    found = client.get(f"/tickets/?status=all&{query}")
    queue = found.context["queue"]
    return [[row.number for row in queue.rows], [tab.count for tab in queue.tabs]]


def counted(client: Client, vault: Vault, query: str) -> list[Any]:
    """How many there are: on the tabs, what is new, what a change to all would reach; and the neighbours of the player's other ticket."""
    news = client.get(f"/tickets/updates/?status=all&{query}&since=0")
    many = client.post(f"/tickets/picked/?status=all&{query}", {"do": "assign:me", "all": "1"})
    reached = many.context["count"] if many.context and "count" in many.context else many.status_code
    steps = [client.get(f"/tickets/{vault.other.number}/step/{way}/?status=all&{query}") for way in ("previous", "next")]
    return [
        [tab.count for tab in news.context["tabs"]],
        news.context["fresh"],
        reached,
        [urlsplit(step["Location"]).path for step in steps],
    ]


def questions(name: str, value: str) -> Iterator[str]:
    """The ways to ask for a value of a field: in the address and in the box, turned round, and beside something else."""
    said = f'{name}:"{value}"'
    yield f"{name}={quote(value)}"
    yield from (f"q={quote(typed)}" for typed in (said, f"-{said}", f"{said} OR number:none", f"NOT ({said} OR status:closed)"))


def but(right: str) -> frozenset[str]:
    """Everything that can be held but this, and what opens the same by its nature."""
    return frozenset(registered()) - {right} - (BY_NATURE if right != Right.SEE_ATTACHMENTS else set())


def without(vault: Vault, right: str, *, elsewhere: bool) -> User:
    """Somebody with everything but this right; `elsewhere`: with it, in another game."""
    reader = vault.reader(*but(right))
    if elsewhere:
        reader.grants.create(role=RoleFactory.create(rights=[right]), game=vault.elsewhere)
    return reader


def test_the_walk_knows_every_right_and_every_field(vault: Vault) -> None:
    none_of(missing_words())
    none_of(f"{name} is in ASKED of vault.py and takes no right any more" for name, right in GUARDING.items() if right == Right.VIEW)
    assert set(MARKS) | DEEDS <= set(registered())


@pytest.mark.parametrize("elsewhere", [False, True], ids=["nowhere", "elsewhere"])
@pytest.mark.parametrize("name", [name for name in SORTS if name in GUARDING])
def test_no_order_tells_what_its_reader_may_not_see(vault: Vault, name: str, elsewhere: bool) -> None:
    """Of those in which nothing stands one is younger than all others: who may know it has the tickets in another order than they came."""
    right = GUARDING[name]
    able, blind = signed_in(vault.reader(*registered())), signed_in(without(vault, right, elsewhere=elsewhere))
    ours = [vault.ticket.number, vault.other.number, vault.plain.number]

    assert [number for number in listed(able, f"sort={name}")[0] if number in ours] != ours
    page = blind.get(f"/tickets/?status=all&sort={name}")
    if elsewhere:
        assert [row.number for row in page.context["queue"].rows if row.number in ours] == ours
        assert [number for number in listed(blind, f"sort=-{name}")[0] if number in ours] == ours[::-1]
    else:
        assert page.context["filter"].refused and page.context["filter"].order.field.name == "changed"


@pytest.mark.parametrize("elsewhere", [False, True], ids=["nowhere", "elsewhere"])
@pytest.mark.parametrize("right", sorted(set(GUARDING.values())))
def test_no_file_holds_what_its_reader_may_not_see(vault: Vault, right: str, elsewhere: bool) -> None:
    able, blind = signed_in(vault.reader(*registered())), signed_in(without(vault, right, elsewhere=elsewhere))
    found = []
    for name in (name for name, guard in GUARDING.items() if guard == right):
        seen, told = (exported(who, f"columns=number,{name}").get(vault.ticket.number) for who in (able, blind))
        found += [f"nobody has {name} in a file, so that the walk proves nothing of it"] if not seen else []
        found += [f"a file has {name} without {right}"] if told else []
        asked, instead = (exported(blind, f"columns=number,created&{next(questions(name, value))}") for value in ASKED[name])
        found += [f"a file is filtered by {name} without {right}"] if asked != instead else []
    none_of(found)


def test_no_page_fragment_notice_or_mail_tells_what_its_reader_may_not_see(vault: Vault) -> None:
    """Only what somebody with every right is told anywhere is looked for, so that each mark is known to be on its way."""
    seen = told_by_pages(vault, vault.reader(*registered()))
    found = []
    for right, marks in MARKS.items():
        unseen = [mark for mark in marks if not any(mark in text for text in seen.values())]
        found += [f"{right}: nobody sees “{mark}” anywhere, so that the walk proves nothing of it" for mark in unseen]
        ways = [way for way, text in seen.items() if way.startswith("/") and any(mark in text for mark in marks)]
        for elsewhere in (False, True):
            reader = without(vault, right, elsewhere=elsewhere)
            told = told_by_pages(vault, reader, ways)
            found += [f"{way} tells “{mark}” without {right}" for way, text in told.items() for mark in marks if mark in text]
    none_of(found)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["nowhere", "elsewhere"])
@pytest.mark.parametrize("right", sorted(set(GUARDING.values())))
def test_no_question_is_answered_by_what_its_asker_may_not_see(vault: Vault, right: str, elsewhere: bool) -> None:
    """Asked for what the ticket holds or for what it does not, list, counts and consequences are the same; completion offers nothing."""
    able, blind = signed_in(vault.reader(*registered())), signed_in(without(vault, right, elsewhere=elsewhere))
    found = []
    for name in (name for name, guard in GUARDING.items() if guard == right):
        its, anothers = ASKED[name]
        pairs = list(zip(questions(name, its), questions(name, anothers), strict=True))
        for asked, instead in pairs:
            found += [f"{asked} tells without {right}"] if listed(blind, asked) != listed(blind, instead) else []
        for asked, instead in pairs[:2]:
            found += [f"{asked} finds nothing for anybody"] if listed(able, asked) == listed(able, instead) else []
            found += [f"{asked} counts without {right}"] if counted(blind, vault, asked) != counted(blind, vault, instead) else []
        for typed in (f"{name}:", f"{name}:{its[:3]}"):
            offered = text_of(blind.get(f"/tickets/completion/?q={quote(typed)}"))
            found += [f"“{typed}” is completed to {its} without {right}"] if len(its) > 3 and its in offered else []
    none_of(found)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["nowhere", "elsewhere"])
def test_no_word_is_looked_for_where_its_seeker_may_not_see_it(vault: Vault, elsewhere: bool) -> None:
    found = []
    for right, marks in MARKS.items():
        blind = signed_in(without(vault, right, elsewhere=elsewhere))
        nothing = {typed: listed(blind, f"q={quote(typed % NOBODYS)}") for typed in ('"%s"', '-"%s"')}
        for mark in (*marks, *WORDS.get(right, ())):
            for typed, answer in nothing.items():
                if listed(blind, f"q={quote(typed % mark)}") != answer:
                    found.append(f"the words {typed % mark} are found without {right}")
    none_of(found)
