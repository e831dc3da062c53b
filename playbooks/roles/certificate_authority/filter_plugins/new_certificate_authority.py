"""Creates the certificate authority of a monitoring."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from controller.certificates import new_authority


def new_certificate_authority(monitoring: str) -> str:
    """Returns a new key and its certificate, in PEM.

    monitoring: its name, for people who read the certificate.
    """
    pair = new_authority(monitoring)
    return pair.key + pair.certificate


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Any]:
        """Returns the filters by name."""
        return {"new_certificate_authority": new_certificate_authority}
