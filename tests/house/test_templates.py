"""Templates: strict content security, addresses that exist, one way of writing them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from tests.house.ground import ROOT, modules, name, none_of, templates

URL = re.compile(r"{%\s*(?:url|address)\s+['\"]([^'\"]+)['\"]")
IN_CODE = re.compile(r"(?:reverse|reverse_lazy|redirect|resolve_url)\(\s*['\"]([\w:-]+)['\"]")
PATTERN_NAME = re.compile(r"pattern_name=['\"]([\w:-]+)['\"]")
INLINE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "an hx-on attribute": re.compile(r"\bhx-on\b", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "a script in JSON's clothes": re.compile(r"hx-vals\s*=\s*['\"]js:", re.I),
    "another server": re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=['\"](?:https?:)?//", re.I),
}
DEMO = "helpdesk.demo.mailbox.urls"  # the addresses of every desk, and the players' mailbox
DATA_SCRIPT = re.compile(r"<script[^>]*type=['\"]application/json['\"]", re.I)


def pages() -> list[Path]:
    return [path for path in templates() if path.suffix == ".html" and "/mail/" not in f"/{name(path)}"]


def named(resolver: URLResolver, prefix: str = "") -> set[str]:
    found = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            found |= named(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            found.add(prefix + entry.name)
    return found


@pytest.mark.parametrize("what", INLINE)
def test_pages_hold_nothing_that_the_security_policy_would_refuse(what: str) -> None:
    found = []
    for path in pages():
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
        found += [f"{name(path)}: {hit[0][:80]}" for hit in INLINE[what].finditer(text) if not DATA_SCRIPT.match(hit[0])]
    none_of(found)


def test_scripts_evaluate_nothing() -> None:
    evil = re.compile(r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write\(|\.style\.cssText|setAttribute\(\s*['\"]style")
    assert [name(path) for path in (ROOT / "static" / "js").glob("*.js") if evil.search(path.read_text(encoding="utf-8"))] == []


def test_every_address_in_a_template_exists() -> None:
    there = named(get_resolver(DEMO))
    missing = [f"{name(path)}: {hit}" for path in templates() for hit in URL.findall(path.read_text(encoding="utf-8")) if hit not in there]
    none_of(missing)


def test_every_address_in_the_code_exists() -> None:
    there = named(get_resolver(DEMO))
    missing = []
    for path in modules("helpdesk", "players", "tickets", "tests"):
        text = path.read_text(encoding="utf-8")
        missing += [
            f"{name(path)}: {hit}" for hit in [*IN_CODE.findall(text), *PATTERN_NAME.findall(text)] if hit not in there and "/" not in hit
        ]
    none_of(missing)


@pytest.mark.parametrize("path", [path for path in templates() if path.parts[len(ROOT.parts)] == "templates"], ids=name)
def test_every_template_can_be_read(path: Path) -> None:
    try:
        get_template(path.relative_to(ROOT / "templates").as_posix())
    except (TemplateSyntaxError, TemplateDoesNotExist) as error:
        pytest.fail(f"{name(path)}: {error}")


def test_every_template_that_is_named_exists() -> None:
    called = re.compile(r"{%\s*(?:extends|include)\s+['\"]([^'\"{]+)['\"]")
    missing = []
    for path in templates():
        for hit in called.findall(path.read_text(encoding="utf-8")):
            try:
                get_template(hit)
            except TemplateDoesNotExist:
                missing.append(f"{name(path)}: {hit}")
            except TemplateSyntaxError:
                pass  # told by the test before
    none_of(missing)


def test_templates_are_written_in_one_way() -> None:
    djade = Path(sys.executable).parent / "djade"
    found = [str(path) for path in templates() if path.suffix == ".html"]
    done = subprocess.run([str(djade), "--check", "--target-version", "5.2", *found], capture_output=True, text=True, check=False)

    assert done.returncode == 0, (done.stdout + done.stderr).replace(f"{ROOT}/", "")


def test_every_form_that_changes_something_carries_its_token() -> None:
    without = []
    for path in pages():
        if name(path).startswith(("templates/dev/", "templates/surveys/")):  # the players' page is signed by its own address
            continue
        for form in re.findall(r"<form\b[^>]*method=['\"]post['\"].*?</form>", path.read_text(encoding="utf-8"), flags=re.S | re.I):
            if "csrf_token" not in form:
                without.append(f"{name(path)}: {form[:90]}")
    none_of(without)


def test_pictures_and_buttons_can_be_heard() -> None:
    deaf = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        deaf += [f"{name(path)}: {tag[:80]}" for tag in re.findall(r"<img\b[^>]*>", text, flags=re.I) if " alt=" not in tag]
        for attributes, inner in re.findall(r"<button\b([^>]*)>(.*?)</button>", text, flags=re.S | re.I):
            words = re.sub(r"{%\s*icon[^%]*%}|<svg.*?</svg>|<[^>]+>|\s", "", inner, flags=re.S)
            if (
                not words
                and "hidden" not in attributes.split()
                and "aria-label" not in attributes
                and "title" not in attributes
                and "aria-labelledby" not in attributes
            ):
                deaf.append(f"{name(path)}: <button{attributes[:60]}>")
    none_of(deaf)
