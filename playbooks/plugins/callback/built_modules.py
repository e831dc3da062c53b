"""Keeps the modules that Ansible packs for servers, so that the runs of a deploy share them."""

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
    short_description: Shares packed modules between runs
    description:
        - Ansible packs each module with its imports, which takes a tenth of a second, and deletes the package when it ends. A
          deploy starts Ansible a dozen times, each time with the same ten modules.
        - This plugin makes Ansible's folder of packages a link to a folder that stays. Ansible itself looks there for a
          package, and locks what it writes.
        - Does nothing unless the environment variable E(MONITORING_BUILT_MODULES) names the folder.
"""


class CallbackModule(CallbackBase):
    """Does its work when Ansible loads it, before the first task."""

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
            # Ansible then packs the modules again.
            self._display.vv(f"packed modules cannot be kept: {error}")


def key(folders: list[str]) -> str:
    """Name of the folder. It depends on the version of Ansible and on the text of our modules."""
    digest = hashlib.sha256()
    for module in sorted(path for folder in folders for path in Path(folder).glob("*.py")):
        digest.update(f"{module.name}\0".encode() + module.read_bytes() + b"\0")
    return f"{__version__}-{digest.hexdigest()[:16]}"
