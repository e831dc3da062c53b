#!/usr/bin/python3
"""Finds what changed on a server since its last deploy: files, modes, owners, units, programs and the firewall table.

Usage: drift.py record COMPONENT [FOLDER …]  records the component's files, after a successful run
       drift.py changes [COMPONENT …]        prints the changes to these components, or to all of them
       drift.py certificates                 prints when the certificates of the components end
       drift.py export FILE                  writes the changes and these ends as metrics for the textfile collector

    FOLDER  a folder in which all files belong to the component

"changes" prints lines of COMPONENT, REPAIR, PATH and CHANGE, separated by tabs. REPAIR is "run" if the component's run repairs the
change, and "hand" for files of others, which no run removes. With FULL=yes in the environment, it reads each file; otherwise it
trusts the digest of a file whose size, inode and times did not change. Only "record" and "export" remember digests.

"certificates" prints lines of COMPONENT and SECONDS since 1970, separated by tabs. The line of a certificate that the gateway gets
from an ACME server also has its host NAME; SECONDS is 0 while the name has no certificate.

deployed/COMPONENT in /etc/cdktf-monitoring contains the record, as JSON: "files" has the type, mode, owner, group and content of
each path, and "folders" is the list of FOLDER. The paths are those in the component's manifest (manifest.sh describes it), with
the content of releases. Data folders are left out, because the services write there.

Exit codes: 0 done; anything else: not, and standard error says why
"""

from __future__ import annotations

import contextlib
import glob
import grp
import hashlib
import json
import os
import pwd
import stat
import subprocess
import sys
import time
from collections.abc import Iterator

FOLDER = "/etc/cdktf-monitoring"
PROGRAMS = "/opt/cdktf-monitoring"
DATA = ("/var/lib/", "/run/")
DIGESTS = "/run/cdktf-monitoring/digests.json"
UNITS = "/etc/systemd/system"
DROP_INS = (UNITS, "/etc/systemd/system.control", "/run/systemd/system", "/run/systemd/system.control")
FIREWALL = "firewall"
AUTHORITY = "certificate_authority"
GATEWAY = "gateway"
# The host names of the gateway, and the folder of their certificates.
NAMES = "/etc/gateway/acme/names"
NAME_CERTIFICATES = "/var/lib/monitoring/gateway/caddy/certificates"
TABLE = "table inet cdktf_monitoring"
# States of the table.
INTACT, CHANGED, MISSING = "intact", "differs from the deployed rules", "is missing"
# Series of one component that "export" writes. A removed release would otherwise add thousands.
MOST_SERIES = 10
TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}

Entry = list  # type, mode, owner, group, content
Change = tuple  # component, repair, path, change


class Digests:
    """SHA-256 of files. Remembers them, because a program of 100 MB takes a tenth of a second of CPU time."""

    def __init__(self, trusted: bool = True) -> None:
        self._known: dict[str, list] = {}
        self._used: dict[str, list] = {}
        if trusted:
            with contextlib.suppress(OSError, ValueError), open(DIGESTS, encoding="utf-8") as stream:
                self._known = json.load(stream)

    def of(self, path: str) -> str:
        """The digest of a file."""
        with open(path, "rb") as stream:
            status = os.fstat(stream.fileno())
            # Each change to a file, its mode or its owner changes the last of these.
            identity = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
            known = self._known.get(path)
            if known is None or known[0] != identity:
                digest = hashlib.sha256()
                while block := stream.read(1 << 20):
                    digest.update(block)
                known = [identity, digest.hexdigest()]
            self._used[path] = known
            return str(known[1])

    def remember(self) -> None:
        """Saves the digests. Of several processes at the same time, the last one wins, and the next check reads again."""
        content = {path: known for path, known in {**self._known, **self._used}.items() if os.path.lexists(path)}
        if content == self._known:
            return
        os.makedirs(os.path.dirname(DIGESTS), mode=0o755, exist_ok=True)
        write(DIGESTS, json.dumps(content), 0o600)


def write(path: str, text: str, mode: int) -> None:
    """Replaces a file that differs."""
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as stream:
        if os.fstat(stream.fileno()).st_mode == stat.S_IFREG | mode and stream.read() == text:
            return
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(text)
    os.replace(temporary, path)


def content_of(path: str, digests: Digests) -> str:
    """What identifies the content of a file. The numbers of users in the firewall's rules change whenever a run creates or
    removes a user; a number that somebody else added makes the table differ from its digest."""
    if path == f"{FOLDER}/firewall/loaded.sha256":
        return ""
    if path != f"{FOLDER}/firewall/rules.nft":
        return digests.of(path)
    with open(path, "rb") as stream:
        rules = [line for line in stream if not line.startswith(b"add element ")]
    return hashlib.sha256(b"".join(rules)).hexdigest()


def entry_of(path: str, digests: Digests) -> Entry | None:
    """Type, mode, owner, group and content of a path; None if nothing is there."""
    try:
        status = os.lstat(path)
        kind = TYPES.get(stat.S_IFMT(status.st_mode), "special file")
        content = content_of(path, digests) if kind == "file" else os.readlink(path) if kind == "link" else ""
    except FileNotFoundError:
        return None
    mode = 0 if kind == "link" else stat.S_IMODE(status.st_mode)
    return [kind, mode, status.st_uid, status.st_gid, content]


def below(folder: str) -> Iterator[str]:
    """All paths below a folder."""
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            yield os.path.join(root, name)


def is_release(path: str) -> bool:
    """Whether a path is the folder of a release, which contains nothing but files of this project."""
    return os.path.dirname(path) == PROGRAMS


def listed(component: str) -> list[tuple[str, str]]:
    """The kinds and paths in the manifest of a component, without data, users and what a run removes at its end."""
    try:
        with open(f"{FOLDER}/manifest/{component}", encoding="utf-8") as stream:
            lines = [line.rstrip("\n").split(" ", 1) for line in stream]
    except FileNotFoundError:
        return []
    kinds = ("file", "link", "folder", "unit")
    return [(kind, path) for kind, path in lines if kind in kinds and not path.startswith(DATA) and not path.endswith((".new", ".previous"))]


def record(component: str, folders: list[str]) -> None:
    """Records the current state of a component."""
    digests, files = Digests(), {}
    for kind, path in listed(component):
        paths = [path]
        if kind == "folder" and is_release(path):
            paths += below(path)
        if kind == "unit":
            paths += glob.glob(f"{UNITS}/*.wants/{os.path.basename(path)}")
        for each in paths:
            entry = entry_of(each, digests)
            if entry is not None:
                files[each] = entry
    os.makedirs(f"{FOLDER}/deployed", mode=0o700, exist_ok=True)
    write(f"{FOLDER}/deployed/{component}", json.dumps({"files": files, "folders": folders}), 0o600)
    digests.remember()


def changes(component: str, digests: Digests) -> Iterator[Change]:
    """The changes to a component since its record."""
    path = f"{FOLDER}/deployed/{component}"
    try:
        with open(path, encoding="utf-8") as stream:
            known = json.load(stream)
    except FileNotFoundError:
        yield component, "run", path, "is missing, because no deploy of the component has succeeded"
        return
    except ValueError:
        yield component, "run", path, "is malformed"
        return
    files = known["files"]
    for path, wanted in files.items():
        found = entry_of(path, digests)
        if found != wanted:
            yield component, "run", path, difference(found, wanted)
    folders = [path for path, wanted in files.items() if wanted[0] == "folder" and is_release(path)]
    present = [path for folder in folders for path in below(folder)]
    present += [path for folder in known["folders"] for path in glob.glob(f"{glob.escape(folder)}/*") if not os.path.isdir(path)]
    for path in sorted(set(present) - files.keys()):
        yield component, "run", path, "was added"
    units = [os.path.basename(path) for path in files if os.path.dirname(path) == UNITS]
    for path in (path for unit in units for folder in DROP_INS for path in glob.glob(f"{folder}/{unit}.d/*.conf")):
        if path not in files:
            yield component, "hand", path, "overrides settings of the unit, and is not from the deploy"
    if component == FIREWALL:
        state = table_state()
        if state != INTACT:
            yield component, "run", TABLE, state


def difference(found: Entry | None, wanted: Entry) -> str:
    """What changed, as the end of a sentence that begins with the path."""
    if found is None:
        return "is missing"
    texts = []
    if found[0] != wanted[0]:
        return f"is a {found[0]} instead of a {wanted[0]}"
    if found[1] != wanted[1]:
        texts.append(f"has mode {found[1]:04o} instead of {wanted[1]:04o}")
    if found[2:4] != wanted[2:4]:
        texts.append(f"belongs to {owner(found)} instead of {owner(wanted)}")
    if found[4] != wanted[4]:
        texts.append(f"leads to {found[4]} instead of {wanted[4]}" if wanted[0] == "link" else "has other content")
    return " and ".join(texts)


def owner(entry: Entry) -> str:
    """Owner and group, by name if they have one."""
    names = [str(entry[2]), str(entry[3])]
    with contextlib.suppress(KeyError):
        names[0] = pwd.getpwuid(entry[2]).pw_name
    with contextlib.suppress(KeyError):
        names[1] = grp.getgrgid(entry[3]).gr_name
    return ":".join(names)


def table_state() -> str:
    """The state of the firewall table. table_is_intact in functions.sh of role firewall compares the same digests."""
    command = ["/usr/sbin/nft", "--stateless", "list", *TABLE.split()]
    try:
        listing = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, env={"LC_ALL": "C"})
    except FileNotFoundError:
        return MISSING
    if listing.returncode != 0:
        return MISSING
    try:
        with open(f"{FOLDER}/firewall/loaded.sha256", encoding="utf-8") as stream:
            loaded = stream.read().split()[:1]
    except FileNotFoundError:
        loaded = []
    return INTACT if loaded == [hashlib.sha256(listing.stdout).hexdigest()] else CHANGED


def installed() -> list[str]:
    """The components on this server, those of user-provided playbooks that have a record, and the firewall."""
    own = [name for name in names_in(f"{FOLDER}/own") if os.path.exists(f"{FOLDER}/deployed/{name}")]
    return sorted({*names_in(f"{FOLDER}/components"), *own})


def names_in(folder: str) -> list[str]:
    """The names of the files in a folder; none if it does not exist."""
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def certificate_ends() -> Iterator[tuple[str, int, str]]:
    """The components with a certificate, when it ends, and its host name, if any."""
    for component in installed():
        folder = f"/var/lib/monitoring/{component}" if component == AUTHORITY else f"{FOLDER}/tls/{component}"
        # A malformed certificate is left out, because it is a changed file.
        end = certificate_end(f"{folder}/certificate.pem")
        if end is not None:
            yield component, end, ""
    for issuer, name in host_names():
        yield GATEWAY, certificate_end(f"{NAME_CERTIFICATES}/{issuer}/{name}/{name}.crt") or 0, name


def host_names() -> list[list[str]]:
    """The host names for which the gateway of this server needs certificates, each after the folder of its ACME server."""
    try:
        with open(NAMES, encoding="utf-8") as stream:
            return [line.split() for line in stream]
    except FileNotFoundError:
        return []


def certificate_end(path: str) -> int | None:
    """When the first certificate in a file ends; None if there is none."""
    try:
        # The user of the gateway could put something else there, such as a pipe that is never closed.
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
    except OSError:
        return None
    # Most servers have no certificates, and the module costs ten milliseconds of CPU time per minute.
    import ssl  # noqa: PLC0415

    try:
        # The public functions of the module read only certificates of connections.
        decoded = ssl._ssl._test_decode_cert(path)  # type: ignore[attr-defined]
        return int(ssl.cert_time_to_seconds(decoded["notAfter"]))
    except (OSError, ValueError):
        return None


def metrics() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Name, help, labels and value of each series. Further checks of the server add their series here."""
    digests, components = Digests(), installed()
    found = {component: list(changes(component, digests)) for component in components}
    digests.remember()
    if FIREWALL in found:
        # The table has a metric of its own.
        state = next((change for *_, path, change in found[FIREWALL] if path == TABLE), INTACT)
        found[FIREWALL] = [each for each in found[FIREWALL] if each[2] != TABLE]
        yield "monitoring_firewall_intact", "Whether the firewall table has the deployed rules.", {"state": state}, state == INTACT
    for component, its_changes in found.items():
        labels = {"component": component}
        yield "monitoring_deployed_changes", "Number of changes to a component since its last deploy.", labels, len(its_changes)
    for component, its_changes in found.items():
        for _, _, path, change in its_changes[:MOST_SERIES]:
            labels = {"component": component, "path": path, "change": change}
            yield "monitoring_deployed_change", "A change to a component since its last deploy.", labels, 1
    for component, end, name in certificate_ends():
        labels = {"component": component, **({"name": name} if name else {})}
        yield "monitoring_certificate_expiry_timestamp_seconds", "When a component's certificate ends.", labels, end
    yield "monitoring_drift_check_timestamp_seconds", "When the server was last compared with its last deploy.", {}, time.time()


def export(path: str) -> None:
    """Writes the metrics."""
    lines, names = [], set()
    for name, text, labels, value in metrics():
        if name not in names:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            names.add(name)
        pairs = ",".join(f'{label}="{escaped(text)}"' for label, text in labels.items())
        lines.append(f"{name}{{{pairs}}} {float(value)!r}" if pairs else f"{name} {float(value)!r}")
    write(path, "\n".join(lines) + "\n", 0o644)


def escaped(text: str) -> str:
    """A label's value in the text format of metrics."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def main() -> None:
    """Runs one of the verbs."""
    verb, *arguments = sys.argv[1:]
    if verb == "record":
        record(arguments[0], arguments[1:])
    elif verb == "export":
        export(arguments[0])
    elif verb == "certificates":
        for component, end, name in certificate_ends():
            print(component, end, *([name] if name else []), sep="\t")
    else:
        digests = Digests(trusted=os.environ.get("FULL") != "yes")
        for component in arguments or installed():
            for change in changes(component, digests):
                print(*change, sep="\t")


if __name__ == "__main__":
    main()
