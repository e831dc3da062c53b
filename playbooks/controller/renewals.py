"""Records when the certificates of a run must be replaced, so that a later deploy repeats the run in time.

The trigger of the run in Terraform is the number of renewals so far, plus one from the recorded time on. It therefore changes once
per renewal. Without the record, as on another controller, no deploy is due, and alerts announce the end of a certificate.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .contract import CERTIFICATES
from .files import write_atomically
from .inventory import Run

RENEW_DAYS = 60
"""How many days before its end a deploy replaces a certificate."""
# In the run's folder: a file per server, with the end of its certificate.
ENDS = "certificate-ends"


def note_end(folder: Path, host: str, end: datetime) -> None:
    """Notes when the certificate of a server ends. folder: that of the run."""
    ends = folder / ENDS
    ends.mkdir(exist_ok=True, mode=0o700)
    write_atomically(ends / host, end.isoformat() + "\n")


def record(state: Path, folder: Path, run: Run, now: datetime | None = None) -> None:
    """Updates the record of a run after it succeeded on all its servers. now: default is the current time.

    state: the stack's private folder. folder: that of the run.
    """
    # A component that needs no certificate any more may still have the file.
    ends = [end for host in run.hosts if run.certificate(host) and (end := _end(folder / ENDS / host))]
    if not ends:
        return
    file = state / CERTIFICATES / f"{run.name}.json"
    renewals, due = _read(file)
    if due and due <= (now or datetime.now(timezone.utc)):
        renewals += 1
    file.parent.mkdir(exist_ok=True, mode=0o700)
    next_due = (min(ends) - timedelta(days=RENEW_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    write_atomically(file, json.dumps({"renewals": renewals, "due": next_due}) + "\n")


def _end(file: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None


def _read(file: Path) -> tuple[int, datetime | None]:
    """The number of renewals, and the time of the next one."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        due = datetime.strptime(content["due"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        return int(content["renewals"]), due
    except (OSError, ValueError, KeyError, TypeError):
        return 0, None
