"""Keys and certificates as text in the format PEM."""

from __future__ import annotations

import re
from dataclasses import dataclass

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n")
KEY = re.compile(r"-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n")


@dataclass(frozen=True)
class Pair:
    """A private key and its certificate."""

    key: str
    certificate: str
