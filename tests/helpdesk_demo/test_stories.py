"""As many stories as the demo plays: enough of everything, none twice, each in its own language."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from helpdesk.demo import days
from helpdesk.demo.crew import BY_KEY, writers
from helpdesk.demo.load.letters import first_mail
from helpdesk.demo.load.loop import STORIES
from helpdesk.demo.stories import Story, ending, stories
from tickets.models import Status

UNTIL = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@pytest.fixture(scope="module")
def all_of_them() -> list[Story]:
    return list(stories(STORIES, 7, until=UNTIL))


def test_the_same_seed_tells_the_same_stories() -> None:
    assert list(stories(120, 3, until=UNTIL)) == list(stories(120, 3, until=UNTIL))
    assert [story.subject for story in stories(40, 3, until=UNTIL)] != [story.subject for story in stories(40, 4, until=UNTIL)]


def test_languages_and_games_are_shared_as_in_life(all_of_them: list[Story]) -> None:
    languages = Counter(story.language for story in all_of_them)
    games = Counter(story.game for story in all_of_them)

    for language, share in {"en": 0.45, "ru": 0.25, "de": 0.15, "es": 0.15}.items():
        assert languages[language] == pytest.approx(STORIES * share, rel=0.15)
    assert 0.5 < games["emberfall"] / STORIES < 0.68
    assert len({story.topic for story in all_of_them}) == 16


def test_no_two_texts_and_no_two_subjects_are_alike(all_of_them: list[Story]) -> None:
    subjects = Counter(story.subject for story in all_of_them)
    texts = Counter(turn.text for story in all_of_them for turn in story.turns if turn.text)

    assert subjects.most_common(1)[0][1] == 1
    assert [text for text, times in texts.items() if times > 1] == []


def test_nothing_is_left_open_in_what_people_read(all_of_them: list[Story]) -> None:
    for story in all_of_them:
        comment = story.rating.comment if story.rating else ""
        for text in (story.subject, comment, *(turn.text for turn in story.turns)):
            assert not re.search(r"[{}<>|]|\[pic\]|  | \n|\n\n\n", text), text
            assert text == text.strip()


def test_a_subject_reaches_the_desk_letter_by_letter(all_of_them: list[Story]) -> None:
    for story in all_of_them[-400:]:
        raw = first_mail(story, "Hello?", to="support@emberfall.example", at=UNTIL, picture=None)

        assert message_from_bytes(raw, policy=default)["Subject"] == story.subject


def test_each_story_keeps_to_its_script(all_of_them: list[Story]) -> None:
    for story in all_of_them:
        letters = story.turns[0].text.replace(story.player.nick, "")
        for nick in re.findall(r"\S+", letters):
            if CYRILLIC.search(nick) and story.language != "ru":
                pytest.fail(f"{story.language}: {letters}")
        assert story.language != "ru" or CYRILLIC.search(letters), letters


def test_time_runs_forward_and_stops_at_the_present(all_of_them: list[Story]) -> None:
    assert [story.opened for story in all_of_them] == sorted(story.opened for story in all_of_them)
    for story in all_of_them:
        times = [turn.at for turn in story.turns]
        assert times == sorted(times)
        assert UNTIL - timedelta(days=days.SPAN) <= times[0] and times[-1] < UNTIL


def test_people_answer_in_their_hours_in_languages_they_write(all_of_them: list[Story]) -> None:
    for story in all_of_them:
        for turn in story.turns:
            if turn.kind == "message":
                assert turn.author == ""
                continue
            assert BY_KEY[turn.author] in writers(story.game, story.language)
            assert days.OPENS <= turn.at.hour < days.CLOSES + 1


def test_every_status_is_there_and_is_where_the_deeds_lead(all_of_them: list[Story]) -> None:
    ends = Counter(story.ends for story in all_of_them)

    assert set(ends) == set(Status.values)
    assert min(ends.values()) >= 6
    assert all(story.ends == ending(story.turns, UNTIL)[0] for story in all_of_them)


def test_a_patch_day_brings_its_wave(all_of_them: list[Story]) -> None:
    by_day = Counter((story.game, (UNTIL - story.opened).days) for story in all_of_them)

    for game, patched in days.PATCH_DAYS.items():
        usual = sorted(by_day[game, day] for day in range(days.SPAN))[days.SPAN // 2]
        assert max(by_day[game, day] for day in (patched, patched - 1)) > 2 * usual
    wave = [story for story in all_of_them if story.game == "tideborn" and 8 <= (UNTIL - story.opened).days <= 10]
    assert sum(story.topic in {"crash", "lag"} for story in wave) > len(wave) / 3


def test_some_players_share_an_address_and_some_come_back(all_of_them: list[Story]) -> None:
    people = {(story.player.email, story.player.name) for story in all_of_them}
    addresses = Counter(email for email, _name in people)

    assert sum(times > 1 for times in addresses.values()) >= 5
    assert len(people) < len(all_of_them)


@pytest.mark.parametrize("seed", range(6))
def test_no_two_players_have_the_same_account_nick_or_name_at_an_address(seed: int) -> None:
    players = {(story.player.email, story.player.name): story.player for story in stories(STORIES, seed, until=UNTIL)}.values()

    for kept in ("account", "nick"):
        assert Counter(getattr(player, kept) for player in players).most_common(1)[0][1] == 1
