"""Static files of production: no module is loaded under a name that a later deploy would give to another content."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

IMPORTED = re.compile(r"""(?:^|;|\s)(?:import|export)\b[^;"']*["'](\.[^"']+)["']""", re.MULTILINE)


@pytest.fixture
def collected(settings, tmp_path: Path) -> dict[str, str]:
    """Every file by its own name, with the name that pages and modules use."""
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "helpdesk.statics.HashedStaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return dict(json.loads((tmp_path / "staticfiles.json").read_text())["paths"])


def test_modules_import_each_other_by_hashed_names_that_may_be_cached_for_ever(collected, settings):
    served = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    ours = [name for own, name in collected.items() if own.startswith("js/")]
    imported = {
        (name, f"js/{path.removeprefix('./')}")
        for name in ours
        for path in IMPORTED.findall((Path(settings.STATIC_ROOT) / name).read_text(encoding="utf-8"))
    }

    assert len(imported) > 10
    assert {(name, path) for name, path in imported if path not in ours} == set()
    for name in ours:
        answer = served(RequestFactory().get(staticfiles_storage.base_url + name))
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Type"].startswith("text/javascript")
