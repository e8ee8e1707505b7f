"""The site as people see it, in headless Chromium: the demo's own programs, a real simulator, nothing replaced."""

from __future__ import annotations

import os
import shutil


#: Where Chromium is; None where there is none.
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

#: Milliseconds for which a page is waited for. Nothing takes nearly as long but on a machine that is busy with others.
PATIENCE = 120_000
