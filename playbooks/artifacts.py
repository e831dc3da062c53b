#!/usr/bin/env python3
"""Fetches release archives into the controller's cache, and checks their SHA-256.

    artifacts.py ensure REQUESTS.json|- [--lock artifacts.lock.json]

The requests are a JSON list of {name, version, architecture, file, url?, checksums?, sha256|null, channel, location?, refused?}.
Sources of an archive, the first match wins: the cache, the folder `location`, the mirror `location` (a URL), `url`.
Standard output is a JSON list of {name, version, architecture, sha256, path}. Standard error has one line per archive.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

sys.dont_write_bytecode = True  # this folder is hashed and copied

from controller.cache import cache_directory, cache_folder
from controller.errors import RunError
from controller.lock import locked

CHUNK = 1 << 20
TIMEOUT_SECONDS = 30
ATTEMPTS = 3
PROGRESS_SECONDS = 5

# With the value true, a digest that nobody pinned is taken from the release site and recorded.
TRUST_DOWNLOADS = "CDKTF_MONITORING_TRUST_DOWNLOADS"

Log = Callable[[str], None]


class ArtifactError(RunError):
    """An archive is not available. The message says why and how to fix it."""


@dataclass(frozen=True)
class Artifact:
    """One requested archive."""

    name: str
    version: str
    architecture: str
    file: str
    """File name."""
    channel: str
    """Where the archive comes from: `release`, `directory`, `mirror` or `source`."""
    sha256: str | None = None
    """The pinned digest; None if there is none."""
    url: str | None = None
    checksums: str | None = None
    """URL of the release's checksum file."""
    location: str | None = None
    """A folder or the URL of a mirror."""
    refused: str | None = None
    """Why the deploy must not use the archive."""

    @classmethod
    def of(cls, request: dict[str, Any]) -> Artifact:
        """Reads a request. Raises ArtifactError for unknown keys too, so that a misspelled `sha256` is noticed."""
        known = set(cls.__dataclass_fields__)
        if surplus := set(request) - known:
            raise ArtifactError(f"artifact request has unknown keys: {', '.join(sorted(surplus))}")
        missing = {"name", "version", "architecture", "file", "channel"} - set(request)
        if missing:
            raise ArtifactError(f"artifact request has no {', '.join(sorted(missing))}: {json.dumps(request)}")
        for part in ("name", "version", "architecture", "file"):
            if not request[part] or "/" in request[part] or request[part].startswith("."):
                raise ArtifactError(f'artifact request has invalid {part} "{request[part]}": use a name without / and leading dot')
        return cls(**request)

    @property
    def label(self) -> str:
        """The archive's name in output."""
        channel = "" if self.channel == "release" else f" [{self.channel}]"
        return f"{self.name} {self.version} {self.architecture}{channel}"


@dataclass(frozen=True)
class Available:
    """An archive in the cache, with its verified digest."""

    artifact: Artifact
    sha256: str
    path: Path

    def as_json(self) -> dict[str, str]:
        """The archive's entry in standard output."""
        names = ("name", "version", "architecture")
        return {name: getattr(self.artifact, name) for name in names} | {"sha256": self.sha256, "path": str(self.path)}


def log_to_stderr(line: str) -> None:
    """Prints a line of progress immediately."""
    print(line, file=sys.stderr, flush=True)


def ensure(requests: list[dict[str, Any]], lock_file: Path | None = None, log: Log = log_to_stderr) -> list[Available]:
    """Makes sure that all archives are in the cache.

    lock_file: the file for digests that are not pinned.
    Raises ArtifactError. Archives that were complete before the error stay in the cache.
    """
    return [_ensure_one(Artifact.of(request), lock_file, log) for request in requests]


def _ensure_one(artifact: Artifact, lock_file: Path | None, log: Log) -> Available:
    if artifact.refused:
        raise ArtifactError(f"{artifact.label}: {artifact.refused}")
    folder = cache_folder(f"artifacts/{artifact.name}/{artifact.version}/{artifact.architecture}")
    path = folder / artifact.file
    with locked(folder / ".lock", lambda: log(f"{artifact.label}: waiting for another download of this archive")):
        expected = artifact.sha256 or _recorded_digest(artifact, lock_file, log)
        if path.exists():
            if _digest_of(path) == expected:
                log(f"{artifact.label}: in the cache")
                return Available(artifact, expected, path)
            # The file is damaged, or another channel's build of the same version.
            log(f"{artifact.label}: the cached file has another SHA-256, fetching it again")
        partial = path.with_name(path.name + ".part")
        try:
            origin, digest = _fetch(artifact, partial, log)
            if digest != expected:
                raise ArtifactError(
                    f"{artifact.file} from {origin} has the wrong SHA-256 and was discarded:\n"
                    f"  expected {expected}\n  received {digest}"
                )
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        log(f"{artifact.label}: fetched from {origin}, SHA-256 verified")
        return Available(artifact, expected, path)


def _fetch(artifact: Artifact, partial: Path, log: Log) -> tuple[str, str]:
    """Writes the archive to `partial`. Returns its origin and its digest."""
    location = artifact.location
    if location and not location.startswith(("http://", "https://")):
        source = Path(location).expanduser() / artifact.file
        if artifact.channel == "release" and not source.exists():
            # The folder contains source builds, and this archive is not built from source.
            return _fetch(replace(artifact, location=None), partial, log)
        try:
            with source.open("rb") as stream, partial.open("wb") as target:
                return str(source), _copy(stream, target)
        except OSError as error:
            raise ArtifactError(f"{artifact.label}: cannot read {source} ({error.strerror}): put the archive there") from error
    url = f"{location.rstrip('/')}/{artifact.file}" if location else artifact.url
    if not url:
        raise ArtifactError(f"{artifact.label}: not in the cache, and channel {artifact.channel} has no URL for it")
    return url, _download(url, partial, artifact.label, log)


def _download(url: str, partial: Path, label: str, log: Log) -> str:
    """Downloads a file and returns its digest. Network errors and status 5xx are retried."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response, partial.open("wb") as target:
                total = int(response.headers.get("Content-Length") or 0)
                return _copy(response, target, total, _Progress(label, total, log))
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise ArtifactError(f"{label}: {url} returned {error.code} {error.reason}") from error
            problem: Exception = error
        except (OSError, http.client.HTTPException) as error:
            problem = error
        if attempt < ATTEMPTS:
            log(f"{label}: {url}: {_reason(problem)}, retrying")
            time.sleep(attempt)
    raise ArtifactError(
        f"{label}: cannot fetch {url}: {_reason(problem)}\n"
        "  Without internet access, use Artifacts.directory(…) or Artifacts.mirror(…)."
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error) or type(error).__name__


class _Progress:
    """Logs the progress of a download every few seconds."""

    def __init__(self, label: str, total: int, log: Log) -> None:
        self._label, self._total, self._log = label, total, log
        self._next = time.monotonic() + PROGRESS_SECONDS

    def __call__(self, done: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PROGRESS_SECONDS
        of = f" of {self._total >> 20} MB" if self._total else ""
        self._log(f"{self._label}: {done >> 20}{of or ' MB'}")


def _copy(source: BinaryIO, target: BinaryIO, total: int = 0, progress: Callable[[int], None] | None = None) -> str:
    """Copies a stream and returns its digest. Raises IncompleteRead if it has fewer bytes than `total`."""
    digest = hashlib.sha256()
    done = 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        if progress:
            progress(done)
    if total and done != total:
        raise http.client.IncompleteRead(b"", total - done)
    return digest.hexdigest()


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _recorded_digest(artifact: Artifact, lock_file: Path | None, log: Log) -> str:
    """The digest in the user's lock file. If it has none and the user trusts downloads, it is taken from the release site."""
    if lock_file is None:
        raise ArtifactError(f"{artifact.label}: no SHA-256 is pinned: pass --lock with a file to record it in")
    key = f"{artifact.name}/{artifact.version}/{artifact.architecture}/{artifact.file}"
    with locked(cache_directory() / "artifacts" / ".lock", lambda: log(f"waiting for {lock_file}")):
        digests = _read_lock(lock_file)
        if key in digests:
            return digests[key]
        _check_asked_for(artifact, key, lock_file)
        digest, origin = _published_digest(artifact) if artifact.checksums else _first_digest(artifact, log)
        content = json.dumps(dict(sorted((digests | {key: digest}).items())), indent=2) + "\n"
        partial = lock_file.with_name(lock_file.name + ".part")
        partial.write_text(content, encoding="utf-8")
        partial.replace(lock_file)
    log(f"{artifact.label}: no SHA-256 is pinned, recorded {digest} from {origin} in {lock_file}")
    return digest


def _read_lock(lock_file: Path) -> dict[str, str]:
    try:
        return dict(json.loads(lock_file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ArtifactError(f"{lock_file} is not JSON ({error}): correct it, or delete it to record all digests again") from error


def _first_digest(artifact: Artifact, log: Log) -> tuple[str, str]:
    """The digest of the archive itself, if no checksum file is published. Also returns the archive's origin."""
    source = artifact.location if artifact.location and artifact.location.startswith("http") else artifact.url
    if not source:
        raise ArtifactError(f"{artifact.label}: no SHA-256 is pinned, and there is no URL to take it from")
    _check_trusted(artifact, source)
    partial = cache_directory() / "artifacts" / f".{artifact.file}.first"
    try:
        origin, digest = _fetch(artifact, partial, log)
        return digest, origin
    finally:
        partial.unlink(missing_ok=True)


def _check_asked_for(artifact: Artifact, key: str, lock_file: Path) -> None:
    if os.environ.get(TRUST_DOWNLOADS) == "true":
        return
    source = artifact.checksums or artifact.url or "the publisher"
    raise ArtifactError(
        f"{artifact.label}: no SHA-256 is pinned: get it from {source}, compare it with a second source, and add it to {lock_file}:\n"
        f'  "{key}": "<SHA-256>"\n'
        f"  To trust the release site instead, run this once with {TRUST_DOWNLOADS}=true, which records the digest in this file."
    )


def _check_trusted(artifact: Artifact, url: str) -> None:
    local = urllib.parse.urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
    if not url.startswith("https://") and not local:
        raise ArtifactError(f"{artifact.label}: cannot take a SHA-256 from {url}: use an https URL")


def _published_digest(artifact: Artifact) -> tuple[str, str]:
    """The digest in the release's checksum file, and the URL of this file."""
    url = str(artifact.checksums)
    _check_trusted(artifact, url)
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            text = response.read(CHUNK).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise ArtifactError(f"{artifact.label}: no SHA-256 is pinned, and {url} cannot be read: {_reason(error)}") from error
    for line in text.splitlines():
        digest, _, file = line.strip().partition(" ")
        # Some projects publish a checksum file per archive, which contains only the digest.
        named = file.strip().lstrip("*") == artifact.file or digest == text.strip()
        if named and len(digest) == 64:
            return digest.lower(), url
    raise ArtifactError(f"{artifact.label}: {url} does not list {artifact.file}")


def main(arguments: list[str]) -> int:
    """Runs the command line, and returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("ensure", help="make sure that archives are in the cache")
    command.add_argument("requests", help="a JSON file, or - for standard input")
    command.add_argument("--lock", type=Path, help="file for digests that are not pinned")
    options = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if options.requests == "-" else Path(options.requests).read_text(encoding="utf-8")
        found = ensure(json.loads(text), options.lock)
    except (ArtifactError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    json.dump([available.as_json() for available in found], sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
