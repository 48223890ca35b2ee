"""Mails made to hurt by their HTML."""

from __future__ import annotations

from tests.factories.hostile.making import MEGA, html, kind, many, mixed, part


@kind
def html_divs(scale: float) -> bytes:
    return html("<div>" * many(scale, 200_000) + "my sword")


@kind
def html_divs_just_few_enough(scale: float) -> bytes:
    return html(("<div>" * 390 + "x" + "</div>" * 390) * many(scale, 200))


@kind
def html_formats(scale: float) -> bytes:
    return html("<p>" + "".join(f"<font color=#{number:06}>" for number in range(many(scale, 5_000))) + "<p>my sword" * 5_000)


@kind
def html_formats_just_few_enough(scale: float) -> bytes:
    return html("".join(f"<font color=#{number:06}>" for number in range(14)) + "<p>x" * many(scale, 13_000))


@kind
def html_tables(scale: float) -> bytes:
    return html("<table>" * many(scale, 50_000) + "my sword")


@kind
def html_cells(scale: float) -> bytes:
    return html("<table>" + "<tr><td>x<td>y" * many(scale, 70_000))


@kind
def html_misplaced_in_tables(scale: float) -> bytes:
    return html("<table>" + "x<b>" * many(scale, 10_000) + "<i><tr>" * many(scale, 10_000))


@kind
def html_lists(scale: float) -> bytes:
    return html("<ul><li>" * many(scale, 390) + "<li>x" * many(scale, 190_000))


@kind
def html_attributes(scale: float) -> bytes:
    return html("<p " + " ".join(f"a{number}=1" for number in range(many(scale, 90_000))) + ">x" + "<a href=x " * many(scale, 30_000))


@kind
def html_styles(scale: float) -> bytes:
    return html('<p style="' + "display:" * many(scale, 100_000) + '">x' + '<div class="' + "x_" * many(scale, 90_000) + '">')


@kind
def html_classes(scale: float) -> bytes:
    return html(("<blockquote class='" + "x_ecx" * 2_000 + "'>x</blockquote>") * many(scale, 90))


@kind
def html_comments(scale: float) -> bytes:
    return html("<!--" * many(scale, 240_000) + "-->x")


@kind
def html_scripts(scale: float) -> bytes:
    return html("<script>" * many(scale, 120_000) + "<div>" * 500)


@kind
def html_titles_never_closed(scale: float) -> bytes:
    return html("<div>" * 500 + "<title></style" * many(scale, 70_000))


@kind
def html_half_tags(scale: float) -> bytes:
    return html("<a " * many(scale, 300_000) + "<p" * many(scale, 50_000) + ">")


@kind
def html_entities(scale: float) -> bytes:
    return html("&#" * many(scale, 200_000) + "&amp" * many(scale, 100_000) + "&" * many(scale, 100_000))


@kind
def html_links(scale: float) -> bytes:
    return html("".join(f"<a href='https://strangers.example/{number}'>x</a>" for number in range(many(scale, 20_000))))


@kind
def html_links_in_one_line(scale: float) -> bytes:
    """Each link looks back at the words in it."""
    return html("x" * 1_000 + "<a href='https://a.example/'>" * 13 + "x<i></i>" * many(scale, 14_000))


@kind
def html_quotes(scale: float) -> bytes:
    return html(("<blockquote>" * 380 + "x<br>" * 100 + "</blockquote>" * 380) * many(scale, 90))


@kind
def html_pre(scale: float) -> bytes:
    return html("<pre>" + "\n" * many(scale, MEGA) + "</pre>")


@kind
def html_svg_and_math(scale: float) -> bytes:
    return html(("<svg><math><mtext><table>" + "<b>" * 9) * many(scale, 6_000))


@kind
def html_selects(scale: float) -> bytes:
    return html(("<select><option>" + "<button>") * many(scale, 30_000) + "</p>" * many(scale, 100_000))


@kind
def html_data_pictures(scale: float) -> bytes:
    return html(("<img src='data:image/png;base64," + "A" * 20_000 + "'>") * many(scale, 48))


@kind
def html_pictures_by_cid(scale: float) -> bytes:
    return mixed(
        part("".join(f"<img src='cid:{number}'>" for number in range(many(scale, 40_000))), "text/html"),
        *[part("x", "image/png", content_id=f"<{number}>") for number in range(390)],
        subtype="related",
    )
