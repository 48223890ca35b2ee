"""Static files of production: every file under a name with its hash in it, also the modules that our modules import."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc, unused-ignore]
    """`import … from "./net.js"` is rewritten to the hashed name: a module may be cached for ever, and a deploy never mixes old with new.

    Only in our own folder: other people's files speak of imports in comments, and of files that they do not bring.
    """

    max_post_process_passes = 10  # modules that import modules that import modules
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1])  # type: ignore[attr-defined]
