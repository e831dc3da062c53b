"""Keeps the modules that Ansible sends to servers, so that not each run has to build them anew."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ansible import constants as C
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

DOCUMENTATION = """
    name: built_modules
    type: aggregate
    short_description: one folder of built modules for all runs
    description:
        - Ansible packs each module with what it imports, which takes a tenth of a second, and forgets it when it ends.
          A deploy starts a dozen Ansibles, which pack the same ten modules.
        - Ansible itself looks whether a module is built already, and locks what it builds.
        - Does nothing without the folder that is named by C(MONITORING_BUILT_MODULES).
"""


class CallbackModule(CallbackBase):
    """Hears of nothing: it is loaded before the first task, and that is all."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "built_modules"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        folder = os.environ.get("MONITORING_BUILT_MODULES")
        if not folder:
            return
        kept = Path(folder, key(C.DEFAULT_MODULE_PATH))
        try:
            kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(C.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(kept)
        except OSError as error:
            # Slower, and otherwise as well.
            self._display.vv(f"modules are built anew: {error}")


def key(folders: list[str]) -> str:
    """Changes with Ansible, and with each module that is not Ansible's."""
    digest = hashlib.sha256()
    for module in sorted(path for folder in folders for path in Path(folder).glob("*.py")):
        digest.update(f"{module.name}\0".encode() + module.read_bytes() + b"\0")
    return f"{__version__}-{digest.hexdigest()[:16]}"
