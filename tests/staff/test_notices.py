"""What operators are told: in their language, by bell, and by mail if they asked for it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from helpdesk.staff import notices, staff_mail
from helpdesk.staff.models import MailCopies, Notice, StaffMail
from helpdesk.staff.notices import NoticeKind, notify, unseen_count
from tests.factories.staff import UserFactory, somebody

pytestmark = pytest.mark.django_db
GIVEN = "Ticket %(number)s was given to you"
ANSWERED = "The player answered in %(number)s: “%(subject)s”"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (NoticeKind("test.given", GIVEN), NoticeKind("test.urgent", GIVEN, important=True)):
        monkeypatch.setitem(notices._kinds, kind.name, kind)


def test_each_is_told_once_and_those_who_left_are_not() -> None:
    nora, olga, left = UserFactory.create(), UserFactory.create(), UserFactory.create(is_active=False)

    notify([nora, olga, nora, left], "test.given", link="/tickets/K7QM2R/", number="K7QM2R")

    assert [unseen_count(user) for user in (nora, olga, left)] == [1, 1, 0]
    assert Notice.objects.get(user=nora).words() == "Ticket K7QM2R was given to you"


def test_a_notice_with_a_missing_fact_still_reads() -> None:
    assert Notice(text=GIVEN, data={}).words() == "Ticket – was given to you"


@pytest.mark.parametrize(("language", "reads"), [("en", "“«Ночь Пепла», ‘again’”"), ("ru", "«„Ночь Пепла“, “again”»")])
def test_a_subject_with_quotation_marks_doubles_none(language: str, reads: str) -> None:
    notice = Notice(text=ANSWERED, data={"number": "K7QM2R"})
    notice.__dict__["found"] = {"subject": "«Ночь Пепла», “again”"}

    with translation.override(language):
        assert notice.words().endswith(f": {reads}")


@pytest.mark.parametrize(
    ("copies", "important", "posted"),
    [
        (MailCopies.NONE, True, 0),
        (MailCopies.IMPORTANT, False, 0),
        (MailCopies.IMPORTANT, True, 1),
        (MailCopies.ALL, False, 1),
    ],
)
def test_a_copy_goes_by_mail_to_those_who_want_it(copies: str, important: bool, posted: int, mailoutbox: list) -> None:
    nora = UserFactory.create(mail_copies=copies)

    notify([nora], "test.urgent" if important else "test.given", link="/tickets/K7QM2R/", number="K7QM2R")

    assert StaffMail.objects.filter(to=nora.email, subject="", text="").count() == posted
    staff_mail.send_due()
    assert ["/tickets/K7QM2R/" in mail.body and "K7QM2R was given to you" in mail.subject for mail in mailoutbox] == [True] * posted


def test_following_a_notice_marks_it_and_leads_there(client) -> None:
    nora, olga = somebody(), somebody()
    notice, foreign = notify([nora, olga], "test.given", link="/account/", number="K7QM2R")
    client.force_login(nora)

    answer = client.post(reverse("staff:notice", args=[notice.pk]))

    assert (answer.status_code, answer.url) == (302, "/account/")
    assert unseen_count(nora) == 0
    assert client.post(reverse("staff:notice", args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", ""])
def test_a_notice_never_leads_out_of_the_house(client, link: str) -> None:
    nora = somebody()
    (notice,) = notify([nora], "test.given", link=link)
    client.force_login(nora)

    assert client.post(reverse("staff:notice", args=[notice.pk])).url == reverse("staff:notices")


def test_the_list_costs_the_same_for_one_or_fifty(client, django_assert_max_num_queries) -> None:
    nora = somebody()
    for number in range(60):
        notify([nora], "test.given", number=number)
    client.force_login(nora)

    with django_assert_max_num_queries(6):
        page = client.get(reverse("staff:notices"))

    assert page.content.decode().count("was given to you") == 50
    with django_assert_max_num_queries(4):
        bell = client.get(reverse("staff:bell"))
    assert "60" in bell.content.decode()


def test_all_seen_empties_the_bell(client) -> None:
    nora = somebody()
    notify([nora], "test.given", number=1)
    client.force_login(nora)

    client.post(reverse("staff:notices_seen"))

    assert unseen_count(nora) == 0


@pytest.mark.parametrize("data", [[], [1], "words", 7, {"who": {"a": [None]}}, {"who": "9" * 5000}])
@pytest.mark.parametrize("text", ["%(who)s wrote", "100%", "%(who)d wrote", "%s wrote", "%"])
def test_the_bell_rings_whatever_a_notice_holds(data, text) -> None:
    assert isinstance(Notice(kind="x", text=text, data=data).words(), str)
