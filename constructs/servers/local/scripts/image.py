"""Builds the base images of local servers: Debian with systemd and sshd.

An image is built from a registry's image or from Debian's packages, with the same result.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from common import Failure, cache_folder, locked, log, seconds_since
from engine import ARCHITECTURES, Engine, attempt, docker, environment

REPOSITORY = "cdktf-monitoring/server"
# The code name of each release of Debian, by its number.
SUITES = {"12": "bookworm", "13": "trixie"}
DEFAULT_RELEASE = "12"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
REGISTRY_SECONDS = 8  # until a registry must answer
PULL_SECONDS = 600  # until a whole pull must be finished


@dataclass(frozen=True)
class Recipe:
    """The files that define an image. They are read once, because a synthesis may remove their folder in the meantime."""

    files: "dict[str, str]"
    release: str = DEFAULT_RELEASE
    """Number of the release of Debian."""

    @classmethod
    def read(cls, release: str = DEFAULT_RELEASE) -> Recipe:
        """Reads the files next to this script. Raises a Failure if there is no image of the release."""
        if release not in SUITES:
            raise Failure(f'Debian "{release}" is not available for local servers: use {" or ".join(SUITES)}')
        folder = Path(__file__).parent / "image"
        files = {name: (folder / name).read_text() for name in ("Dockerfile", "packages.txt", "setup.sh")}
        (base,) = (line for line in (folder / "bases.txt").read_text().splitlines() if line.startswith(f"debian:{release}-"))
        return cls({**files, "Dockerfile": files["Dockerfile"].replace("${BASE}", base)}, release)

    @property
    def suite(self) -> str:
        """Code name of the release."""
        return SUITES[self.release]

    @property
    def digest(self) -> str:
        """Identifies the content of the files."""
        content = "\0".join(word for pair in sorted(self.files.items()) for word in pair)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def tag(self) -> str:
        """The image's name in the engine."""
        return f"{REPOSITORY}:debian{self.release}-{self.digest}"

    @property
    def base(self) -> str:
        """The base image, with its digest."""
        (line,) = (line for line in self.files["Dockerfile"].splitlines() if line.startswith("FROM "))
        return line.split()[1]

    @property
    def packages(self) -> "list[str]":
        """The packages to install, without comments."""
        lines = (line.strip() for line in self.files["packages.txt"].splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def write(self, folder: Path) -> None:
        """Writes the files to a folder."""
        for name, content in self.files.items():
            (folder / name).write_text(content)


def ensure_image(engine: Engine, release: str = DEFAULT_RELEASE) -> str:
    """Imports an image into the engine if it is missing, and returns its tag. Builds it if it is not in the cache. Raises a Failure."""
    recipe = Recipe.read(release)
    if _present(recipe.tag):
        return recipe.tag
    folder = cache_folder("images")
    with locked(folder / ".lock", "base image: waiting for another process that builds it"):
        if _present(recipe.tag):
            return recipe.tag
        start = time.monotonic()
        archive = _cached(folder, recipe, engine)
        if archive is None:
            archive = _build(folder, recipe, engine)
            log(f"base image: built in {seconds_since(start)}, cached as {archive}")
            start = time.monotonic()
        _import(archive, recipe.tag)
        log(f"base image: imported in {seconds_since(start)}")
    return recipe.tag


def _present(tag: str) -> bool:
    return attempt("image", "inspect", "--format", "{{.Id}}", tag).returncode == 0


def _cached(folder: Path, recipe: Recipe, engine: Engine) -> Optional[Path]:
    for suffix in ("tar.zst", "tar.gz"):
        archive = folder / f"{recipe.digest}-{engine.architecture}.{suffix}"
        if not archive.exists() or (suffix == "tar.zst" and not shutil.which("zstd")):
            continue
        if _sha256(archive) == _recorded_sha256(archive):
            return archive
        log(f"base image: {archive} is not the archive that was built here, building it again")
        archive.unlink()
    return None


def _sha256(archive: Path) -> str:
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _recorded_sha256(archive: Path) -> Optional[str]:
    """The digest that the build recorded next to the archive."""
    try:
        return _sha256_file(archive).read_text().strip()
    except FileNotFoundError:
        return None


def _sha256_file(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.sha256")


def _import(archive: Path, tag: str) -> None:
    unpack = ["zstd", "-dcq"] if archive.suffix == ".zst" else ["gzip", "-dc"]
    with subprocess.Popen([*unpack, str(archive)], stdout=subprocess.PIPE) as reader:
        result = subprocess.run(["docker", "import", "-", tag], stdin=reader.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    if reader.returncode != 0 or result.returncode != 0:
        archive.unlink(missing_ok=True)
        raise Failure(
            f"cannot import the base image from {archive} ({result.stderr.decode().strip() or 'damaged archive'}). "
            "The file was removed: run this again to build it"
        )


def _build(folder: Path, recipe: Recipe, engine: Engine) -> Path:
    zstd = shutil.which("zstd") is not None
    archive = folder / f"{recipe.digest}-{engine.architecture}.{'tar.zst' if zstd else 'tar.gz'}"
    # Works in the cache folder, because /tmp may be small or in memory.
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder) as work:
        recipe.write(Path(work))
        packed = Path(work) / archive.name
        pack = f"{'zstd -q -T0 -3' if zstd else 'gzip -1'} > {shlex.quote(str(packed))}"
        reason = _registry_problem(recipe.base)
        if reason is None:
            _build_from_registry(Path(work), recipe, pack)
        else:
            log(f"base image: cannot pull {recipe.base} ({reason})")
            _build_from_packages(Path(work), recipe, engine, pack)
        _sha256_file(archive).write_text(f"{_sha256(packed)}\n")
        packed.replace(archive)
    return archive


def _registry_problem(base: str) -> Optional[str]:
    """Pulls the base image, whose digest the engine verifies. Returns why the pull failed, or None if it succeeded. Does not wait long for a registry without answer."""
    if _present(base):
        return None
    log(f"base image: pulling {base}")
    with subprocess.Popen(
        ["docker", "pull", base], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, env=environment()
    ) as pull:
        assert pull.stdout is not None
        # The first line of output means that the registry answered. If the network drops packets, no output comes for minutes.
        try:
            output, _ = pull.communicate(timeout=REGISTRY_SECONDS)
        except subprocess.TimeoutExpired as silence:
            so_far = silence.stdout or b""
            if b"Pulling from" not in (so_far if isinstance(so_far, bytes) else so_far.encode()):
                pull.kill()
                return f"no answer within {REGISTRY_SECONDS} s"
            try:
                output, _ = pull.communicate(timeout=PULL_SECONDS)
            except subprocess.TimeoutExpired:
                pull.kill()
                return f"not finished within {PULL_SECONDS} s"
        except BaseException:
            pull.kill()
            raise
    return None if pull.returncode == 0 else output.strip().splitlines()[-1]


def _build_from_registry(work: Path, recipe: Recipe, pack: str) -> None:
    log("base image: installing packages (docker build)")
    # Uses the host's network, because the engine may give containers no internet access.
    built = f"{REPOSITORY}:build-{recipe.digest}"
    docker("build", "--network", "host", "--tag", built, str(work))
    container = docker("create", built, "/sbin/init").strip()
    try:
        _shell(f"docker export {container} | {pack}")
    finally:
        attempt("rm", "--force", container)
        attempt("image", "rm", built)


def _build_from_packages(work: Path, recipe: Recipe, engine: Engine, pack: str) -> None:
    native = ARCHITECTURES.get(platform.machine())
    if native != engine.architecture or not shutil.which("mmdebstrap") or not KEYRING.exists():
        raise Failure(
            f"cannot build the base image, because {recipe.base} cannot be pulled and mmdebstrap cannot be used: give the Docker engine "
            f"access to it (docker pull {recipe.base}), or on a {engine.architecture} Debian or Ubuntu machine run "
            "apt-get install mmdebstrap debian-archive-keyring. Then run this again"
        )
    sources, proxies = _sources(recipe.suite)
    log(f"base image: building from Debian's packages at {sources[0].split()[2]} (takes one to two minutes, only once)")
    options = [
        *(f"--aptopt={line}" for line in ['Acquire::Languages "none"', 'APT::Install-Recommends "false"', *proxies]),
        # Skips fsync, because the build starts again after a crash of the machine anyway.
        *(f"--dpkgopt={line}" for line in ("force-unsafe-io", "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/locale/*")),
        "--variant=minbase",
        f"--include={','.join(recipe.packages)}",
        f"--customize-hook=chroot \"$1\" /bin/sh -s < {shlex.quote(str(work / 'setup.sh'))}",
    ]
    command = ["mmdebstrap", "--quiet", "--format=tar", *options, recipe.suite, "-", *sources]
    _shell(f"{' '.join(map(shlex.quote, command))} | {pack}", TMPDIR=str(work))


def _sources(suite: str) -> "tuple[list[str], list[str]]":
    """The sources of Debian's packages, from this machine's apt if possible, and the proxy settings of this apt."""
    listed = _output("apt-get", "indextargets", "--format", "$(REPO_URI)").split()
    mirror = next((uri.rstrip("/") for uri in listed if uri.rstrip("/").endswith("/debian")), "http://deb.debian.org/debian")
    security = next((uri.rstrip("/") for uri in listed if uri.rstrip("/").endswith("/debian-security")), None)
    if security is None and mirror.endswith("//deb.debian.org/debian"):
        security = f"{mirror}-security"
    signed = f"[signed-by={KEYRING}]"
    sources = [f"deb {signed} {mirror} {part} main" for part in (suite, f"{suite}-updates")]
    if security:
        sources.append(f"deb {signed} {security} {suite}-security main")
    settings = _output("apt-config", "dump", "Acquire").splitlines()
    return sources, [line.rstrip(";") for line in settings if "::Proxy" in line]


def _output(*command: str) -> str:
    """The standard output of a command; empty if the command does not exist."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    except FileNotFoundError:
        return ""


def _shell(pipeline: str, **variables: str) -> None:
    """Runs a pipeline in its own process group, and sends it SIGTERM on an interruption. Raises a Failure if it fails."""
    # With another umask, services could not read the files of the image.
    script = f"set -eu -o pipefail; umask 022; {pipeline}"
    with subprocess.Popen(
        ["bash", "-c", script],
        env={**environment(), **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        start_new_session=True,
    ) as child:
        try:
            _, errors = child.communicate()
        except BaseException:
            os.killpg(child.pid, 15)
            child.wait()
            raise
    if child.returncode != 0:
        tail = "\n  ".join(errors.strip().splitlines()[-15:])
        raise Failure(f"building the base image failed:\n  {tail}")
