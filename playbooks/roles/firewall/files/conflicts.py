"""Names what on this server works against the firewall, a line each; changes nothing.

    conflicts.py guard|strict [NAME=PROTOCOL/PORT ...]

A packet passes all tables: whichever drops it wins, and whoever translates its address leads it elsewhere. What other
tables do is read from nft's listing, where the rules of iptables look like its own; those of iptables-legacy are apart.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OURS = "inet cdktf_monitoring"
PORTS = re.compile(r"\b(tcp|udp) dport (\{[^}]*\}|[\w-]+)|-p (tcp|udp) .*--dports? ([\d:,]+)")
TRANSLATES = re.compile(r"\b(?:dnat|redirect)\b|target \"(?:DNAT|REDIRECT)\"|-j (?:DNAT|REDIRECT)")
DESTINATION = re.compile(r"(?:dnat (?:ip6? )?to|redirect to|--to-destination|--to-ports) (\S+)")
ACCEPTS = re.compile(r"\baccept\b|-j ACCEPT")
DROPS = re.compile(r"\b(?:drop|reject)\b|-j (?:DROP|REJECT)")
DROPS_ALL = re.compile(r"(?:counter (?:packets \d+ bytes \d+ )?)?(?:drop|reject( with .*)?)(?: comment .*)?|-j (?:DROP|REJECT)\b.*")
GOES_ON = re.compile(r"(?:\b(?:jump|goto)|-[jg]) ([\w.-]+)")


class Chain:
    """A chain of another table."""

    def __init__(self, table: str, name: str) -> None:
        self.table = table
        self.name = name
        self.where = f"chain {name} of table {table}"
        self.hook = ""
        self.closed = False
        self.rules: list[str] = []

    @property
    def drops_the_rest(self) -> bool:
        """Whether it drops what comes in and it does not admit."""
        return self.hook == "input" and (self.closed or any(DROPS_ALL.fullmatch(rule) for rule in self.rules))


def read_nft(text: str) -> list[Chain]:
    """The chains of a listing by nft."""
    chains: list[Chain] = []
    table = ""
    inside = False  # a chain, and not a set
    for line in map(str.strip, text.splitlines()):
        if match := re.match(r"table (\S+ \S+) \{", line):
            table = match[1]
        elif match := re.match(r"chain (\S+) \{", line):
            chains.append(Chain(table, match[1]))
            inside = True
        elif line == "}":
            inside = False
        elif match := re.match(r"type \S+ hook (\w+) .*?(?:policy (\w+);)?$", line):
            chains[-1].hook, chains[-1].closed = match[1], match[2] == "drop"
        elif inside:
            chains[-1].rules.append(line)
    return [chain for chain in chains if chain.table != OURS]


def read_legacy(text: str) -> list[Chain]:
    """The chains of a listing by iptables-legacy-save."""
    chains: dict[tuple[str, str], Chain] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = f"{line[1:]} (iptables-legacy)"
        elif match := re.match(r":(\S+) (\S+)", line):
            chain = chains[table, match[1]] = Chain(table, match[1])
            chain.hook, chain.closed = match[1].lower(), match[2] == "DROP"
        elif match := re.match(r"-A (\S+) (.*)", line):
            chains[table, match[1]].rules.append(match[2])
    return list(chains.values())


def passed_at(hook: str, chains: list[Chain]) -> list[Chain]:
    """The chains that a packet may pass at a hook, those that others jump to, too."""
    reached = [chain for chain in chains if chain.hook == hook]
    for chain in reached:  # grows on the way
        names = {name for rule in chain.rules for name in GOES_ON.findall(rule)}
        reached += [other for other in chains if other.table == chain.table and other.name in names and other not in reached]
    return reached


def ports_of(rule: str) -> Iterator[tuple[str, int, int]]:
    """The ports that a rule is about: protocol, first, last."""
    for match in PORTS.finditer(rule):
        for first, last in re.findall(r"(\d+)(?:[-:](\d+))?", match[2] or match[4]):
            yield match[1] or match[3], int(first), int(last or first)


def is_about(rule: str, protocol: str, port: int) -> bool:
    """Whether a rule is about a port."""
    return any(of == protocol and first <= port <= last for of, first, last in ports_of(rule))


def led_elsewhere(name: str, protocol: str, port: int, chains: list[Chain]) -> Iterator[str]:
    """That packets for a port are handed on."""
    for chain in passed_at("prerouting", chains):
        for rule in chain.rules:
            if TRANSLATES.search(rule) and is_about(rule, protocol, port):
                to = DESTINATION.search(rule)
                yield (
                    f"port {port}/{protocol} does not lead to {name}: {chain.where} redirects it{f' to {to[1]}' if to else ''}"
                    " (Docker publishes it?): publish that on another port"
                )


def closed_by_others(name: str, protocol: str, port: int, chains: list[Chain]) -> Iterator[str]:
    """That another firewall drops packets for a port."""
    passed = passed_at("input", chains)
    for chain in passed:
        rules = [rule for other in passed if other.table == chain.table for rule in other.rules]
        if chain.drops_the_rest and not any(is_about(rule, protocol, port) and ACCEPTS.search(rule) for rule in rules):
            yield f"port {port}/{protocol} ({name}) is closed by another firewall, {chain.where}: admit it there, too"
        elif any(is_about(rule, protocol, port) and DROPS.search(rule) for rule in chain.rules):
            yield f"port {port}/{protocol} ({name}) is closed by another firewall, for some at least, {chain.where}: admit it there, too"


def open_all_the_same(expected: list[tuple[str, str, int]], chains: list[Chain]) -> Iterator[str]:
    """That packets are handed on which strict mode should drop."""
    ours = {(protocol, port) for _, protocol, port in expected}
    rules = [rule for chain in passed_at("prerouting", chains) for rule in chain.rules if TRANSLATES.search(rule)]
    ports = {(of, first, last) for rule in rules for of, first, last in ports_of(rule) if (of, first) not in ours}
    if ports:
        words = ", ".join(f"{first if first == last else f'{first}-{last}'}/{of}" for of, first, last in sorted(ports))
        yield f"strict mode does not close what is redirected to a container or another server (Docker publishes it?): {words}"


def output(*command: str) -> str:
    """What a program says."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(mode: str, *arguments: str) -> None:
    """Reads the rules of the server, and prints what is found."""
    chains = read_nft(output("nft", "list", "ruleset"))
    for family in ("ip", "ip6"):
        program = shutil.which(f"{family}tables-legacy-save")
        used = Path(f"/proc/net/{family}_tables_names")
        # Where it has no rules, to ask it would load its kernel modules.
        if program and used.exists() and used.read_text():
            chains += read_legacy(output(program))
    expected = []
    for argument in arguments:
        name, _, where = argument.rpartition("=")
        protocol, _, port = where.partition("/")
        expected.append((name, protocol, int(port)))
    found: list[str] = []
    for listener in expected:
        found += led_elsewhere(*listener, chains)
        found += closed_by_others(*listener, chains)
    if mode == "strict":
        found += open_all_the_same(expected, chains)
    for finding in dict.fromkeys(found):
        print(finding)


if __name__ == "__main__":
    main(*sys.argv[1:])
