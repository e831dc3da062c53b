#!/usr/bin/env python3
"""Fetches release archives once into the controller's cache, and checks each against its SHA-256.

    artifacts.py ensure REQUESTS.json|- [--lock artifacts.lock.json]

The requests are a JSON list of {name, version, architecture, file, url?, checksums?, sha256|null, channel, location?}.
Where an archive comes from, first match: the cache; `location` as a folder; `location` as a mirror's URL; `url`.
Standard output gets a JSON list of {name, version, architecture, sha256, path}, standard error a line per archive.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1 << 20
TIMEOUT_SECONDS = 30
ATTEMPTS = 3
PROGRESS_SECONDS = 5

Log = Callable[[str], None]


class ArtifactError(Exception):
    """An archive cannot be had, in words for the user."""


@dataclass(frozen=True)
class Artifact:
    """One archive as it is asked for. `sha256` is None where nobody pinned it."""

    name: str
    version: str
    architecture: str
    file: str
    channel: str
    sha256: str | None = None
    url: str | None = None
    checksums: str | None = None
    location: str | None = None

    @classmethod
    def of(cls, request: dict[str, Any]) -> Artifact:
        """Reads a request; keys that are not known are an error, for a typo must not become "no digest"."""
        known = set(cls.__dataclass_fields__)
        if surplus := set(request) - known:
            raise ArtifactError(f"unknown keys in an artifact request: {', '.join(sorted(surplus))}")
        missing = {"name", "version", "architecture", "file", "channel"} - set(request)
        if missing:
            raise ArtifactError(f"an artifact request lacks {', '.join(sorted(missing))}: {json.dumps(request)}")
        for part in ("name", "version", "architecture", "file"):
            if not request[part] or "/" in request[part] or request[part].startswith("."):
                raise ArtifactError(f'{part} of an artifact request cannot be "{request[part]}"')
        return cls(**request)

    @property
    def label(self) -> str:
        """How the archive is called in output."""
        channel = "" if self.channel == "release" else f" [{self.channel}]"
        return f"{self.name} {self.version} {self.architecture}{channel}"


@dataclass(frozen=True)
class Available:
    """An archive in the cache, and the digest that it has."""

    artifact: Artifact
    sha256: str
    path: Path

    def as_json(self) -> dict[str, str]:
        """The line of standard output."""
        names = ("name", "version", "architecture")
        return {name: getattr(self.artifact, name) for name in names} | {"sha256": self.sha256, "path": str(self.path)}


def cache_directory() -> Path:
    """$CDKTF_MONITORING_CACHE, else cdktf-monitoring in the user's cache folder."""
    own = os.environ.get("CDKTF_MONITORING_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "cdktf-monitoring"


def log_to_stderr(line: str) -> None:
    """A line of progress, at once."""
    print(line, file=sys.stderr, flush=True)


def ensure(requests: list[dict[str, Any]], lock_file: Path | None = None, log: Log = log_to_stderr) -> list[Available]:
    """Makes sure that all archives are in the cache.

    lock_file: where digests are kept that nobody pinned.
    Raises ArtifactError; what was complete by then stays in the cache.
    """
    return [_ensure_one(Artifact.of(request), lock_file, log) for request in requests]


def _ensure_one(artifact: Artifact, lock_file: Path | None, log: Log) -> Available:
    folder = cache_directory() / "artifacts" / artifact.name / artifact.version / artifact.architecture
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtifactError(f"the cache {folder} cannot be made: {error.strerror}") from error
    path = folder / artifact.file
    with _locked(folder / ".lock", f"{artifact.label}: waiting for another download of it", log):
        expected = artifact.sha256 or _recorded_digest(artifact, lock_file, log)
        if path.exists():
            if _digest_of(path) == expected:
                log(f"{artifact.label}: in the cache")
                return Available(artifact, expected, path)
            # Another channel's build of that version, or a damaged file: what is wanted now takes its place.
            log(f"{artifact.label}: the cache holds other bytes than wanted, fetching again")
        partial = path.with_name(path.name + ".part")
        try:
            origin, digest = _fetch(artifact, partial, log)
            if digest != expected:
                raise ArtifactError(
                    f"{artifact.file} from {origin} has the wrong digest and was not kept:\n"
                    f"  expected sha256 {expected}\n  got      sha256 {digest}"
                )
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        log(f"{artifact.label}: fetched from {origin}, sha256 verified")
        return Available(artifact, expected, path)


def _fetch(artifact: Artifact, partial: Path, log: Log) -> tuple[str, str]:
    """Writes the archive to `partial`; answers where it came from and its digest."""
    location = artifact.location
    if location and not location.startswith(("http://", "https://")):
        source = Path(location).expanduser() / artifact.file
        if artifact.channel == "release" and not source.exists():
            # The folder has what was built from source; this is not built.
            return _fetch(replace(artifact, location=None), partial, log)
        try:
            with source.open("rb") as stream, partial.open("wb") as target:
                return str(source), _copy(stream, target)
        except OSError as error:
            raise ArtifactError(
                f"{artifact.label}: {source} cannot be read ({error.strerror}); put the archive there"
            ) from error
    url = f"{location.rstrip('/')}/{artifact.file}" if location else artifact.url
    if not url:
        raise ArtifactError(
            f"{artifact.label}: not in the cache, and the channel {artifact.channel} names no place to fetch it from"
        )
    return url, _download(url, partial, artifact.label, log)


def _download(url: str, partial: Path, label: str, log: Log) -> str:
    """Downloads with a few attempts, for networks are what they are; answers the digest."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response, partial.open("wb") as target:
                total = int(response.headers.get("Content-Length") or 0)
                return _copy(response, target, total, _Progress(label, total, log))
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise ArtifactError(f"{label}: {url} answered {error.code} {error.reason}") from error
            problem: Exception = error
        except (OSError, http.client.HTTPException) as error:
            problem = error
        if attempt < ATTEMPTS:
            log(f"{label}: {url}: {_reason(problem)}, trying again")
            time.sleep(attempt)
    raise ArtifactError(
        f"{label}: {url} cannot be fetched: {_reason(problem)}\n"
        "  Without a way to the internet, use Artifacts.directory(…) or Artifacts.mirror(…)."
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error) or type(error).__name__


class _Progress:
    """Says every few seconds how far a download is."""

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
    """The digest in the user's lock file; the first time, that of the release's checksum file, or of the file itself."""
    if lock_file is None:
        raise ArtifactError(f"{artifact.label}: no SHA-256 is pinned, and no lock file was named to keep it in")
    key = f"{artifact.name}/{artifact.version}/{artifact.architecture}/{artifact.file}"
    with _locked(cache_directory() / "artifacts" / ".lock", f"waiting for {lock_file}", log):
        digests = _read_lock(lock_file)
        if key in digests:
            return digests[key]
        digest, origin = _published_digest(artifact) if artifact.checksums else _first_digest(artifact, log)
        content = json.dumps(dict(sorted((digests | {key: digest}).items())), indent=2) + "\n"
        partial = lock_file.with_name(lock_file.name + ".part")
        partial.write_text(content, encoding="utf-8")
        partial.replace(lock_file)
    log(f"{artifact.label}: no digest is pinned; took {digest} from {origin} and recorded it in {lock_file}")
    return digest


def _read_lock(lock_file: Path) -> dict[str, str]:
    try:
        return dict(json.loads(lock_file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ArtifactError(f"{lock_file} is not JSON ({error}): mend it, or remove it to take the digests anew") from error


def _first_digest(artifact: Artifact, log: Log) -> tuple[str, str]:
    """The digest of what is there now, for what nobody publishes a digest of; and where it is."""
    place = artifact.location if artifact.location and artifact.location.startswith("http") else artifact.url
    if not place:
        raise ArtifactError(f"{artifact.label}: neither a SHA-256 nor a checksum file is known")
    _check_trusted(artifact, place)
    partial = cache_directory() / "artifacts" / f".{artifact.file}.first"
    try:
        origin, digest = _fetch(artifact, partial, log)
        return digest, origin
    finally:
        partial.unlink(missing_ok=True)


def _check_trusted(artifact: Artifact, url: str) -> None:
    local = urllib.parse.urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
    if not url.startswith("https://") and not local:
        raise ArtifactError(f"{artifact.label}: a digest is only taken over https, got {url}")


def _published_digest(artifact: Artifact) -> tuple[str, str]:
    url = str(artifact.checksums)
    _check_trusted(artifact, url)
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            text = response.read(CHUNK).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise ArtifactError(
            f"{artifact.label}: no SHA-256 is pinned and {url} cannot be read: {_reason(error)}"
        ) from error
    for line in text.splitlines():
        digest, _, file = line.strip().partition(" ")
        # Some have a file of checksums for each archive, with nothing else in it.
        named = file.strip().lstrip("*") == artifact.file or digest == text.strip()
        if named and len(digest) == 64:
            return digest.lower(), url
    raise ArtifactError(f"{artifact.label}: {url} does not list {artifact.file}")


@contextmanager
def _locked(path: Path, message: str, log: Log) -> Iterator[None]:
    """Holds an exclusive lock on `path`; says `message` if someone else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log(message)
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("ensure", help="make sure that archives are in the cache")
    command.add_argument("requests", help="a JSON file, or - for standard input")
    command.add_argument("--lock", type=Path, help="where digests that nobody pinned are recorded")
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
