"""A brand is typed by people; what a player gets stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mail.outbound.brand import INK_SOFT, NIGHT, PAPER, READABLE, Branding, complaints, contrast, palette

hexes = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def test_black_on_white_is_the_most_there_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_readable_pair_is_left_alone():
    colours = palette(Branding(name="Emberfall", main="#3a1c15", on_main="#fbe7cf", accent="#d9622b"))

    assert (colours.main, colours.on_main, colours.accent) == ("#3a1c15", "#fbe7cf", "#d9622b")


def test_an_unreadable_pair_falls_back_to_black_or_white():
    assert palette(Branding(name="Pale", main="#ffe9a8", on_main="#ffffff")).on_main == "#000000"
    assert palette(Branding(name="Dark", main="#101820", on_main="#20303f")).on_main == "#ffffff"


@pytest.mark.parametrize("typed", ["red", "#12", "url(x)", "#fff;}body{display:none", "expression(1)", "#gggggg"])
def test_a_mistyped_colour_never_reaches_the_style(typed):
    colours = palette(Branding(name="X", main=typed, on_main=typed, accent=typed, tint=typed, ground=typed))

    for value in (colours.main, colours.on_main, colours.accent, colours.tint, colours.ground):
        assert len(value) == 7
        assert int(value[1:], 16) >= 0


@pytest.mark.parametrize("typed", ["Arial; background: url(x)", "</style><script>", "'Georgia", "x" * 300])
def test_a_strange_face_is_replaced(typed):
    assert palette(Branding(name="X", face=typed)).face.startswith("'Segoe UI'")


@given(st.builds(Branding, name=st.just("X"), main=hexes, main_end=hexes, on_main=hexes, accent=hexes, tint=hexes, ground=hexes))
def test_whatever_is_chosen_can_be_read(look):
    colours = palette(look)

    pairs = [
        (colours.on_main, colours.main),
        (colours.on_main, colours.main_end),
        (colours.strap, colours.main),
        (colours.strap, colours.main_end),
        (INK_SOFT, colours.tint),
        (colours.foot, colours.ground),
        (colours.link, PAPER),
        (colours.link_night, NIGHT),
    ]
    assert [pair for pair in pairs if contrast(*pair) < READABLE] == []


def test_an_administrator_hears_which_colours_will_be_replaced():
    assert complaints(Branding(name="Pale", main="#ffe9a8", on_main="#ffffff", accent="#d9622b")) == ["on_main"]
    assert complaints(Branding(name="Fine", main="#3a1c15", on_main="#fbe7cf")) == []
