#!/usr/bin/python3
"""Finds rules of other firewalls on this server that conflict with ours. Changes nothing.

Usage: conflicts.py guard|strict [NAME=PROTOCOL/PORT ...]

    guard|strict        the mode of our firewall
    NAME=PROTOCOL/PORT  a port that somebody must reach, and the name of its listener

Output: one conflict per line.
Exit codes: 0 the rules were read; anything else: they were not, and the last line of standard error says why.

A packet passes the chains of all tables: any of them may drop it or translate its address. `nft list ruleset` lists them,
also those that iptables created; iptables-legacy stores its rules separately.
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
    """A chain of a table."""

    def __init__(self, table: str, name: str) -> None:
        self.table = table
        self.name = name
        self.where = f"chain {name} of table {table}"
        self.hook = ""
        self.closed = False
        self.rules: list[str] = []

    @property
    def drops_the_rest(self) -> bool:
        """Whether the chain drops incoming packets that it does not accept."""
        return self.hook == "input" and (self.closed or any(DROPS_ALL.fullmatch(rule) for rule in self.rules))


def read_nft(text: str) -> list[Chain]:
    """Reads a listing of nft."""
    chains: list[Chain] = []
    table = ""
    inside = False  # whether the line is in a chain
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
    """Reads a listing of iptables-legacy-save."""
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
    """Returns the chains that a packet may pass at a hook, including those that others jump to."""
    reached = [chain for chain in chains if chain.hook == hook]
    for chain in reached:  # The loop appends to the list.
        names = {name for rule in chain.rules for name in GOES_ON.findall(rule)}
        reached += [other for other in chains if other.table == chain.table and other.name in names and other not in reached]
    return reached


def ports_of(rule: str) -> Iterator[tuple[str, int, int]]:
    """Yields the ranges of ports that a rule matches: protocol, first, last."""
    for match in PORTS.finditer(rule):
        for first, last in re.findall(r"(\d+)(?:[-:](\d+))?", match[2] or match[4]):
            yield match[1] or match[3], int(first), int(last or first)


def matches(rule: str, protocol: str, port: int) -> bool:
    """Whether a rule matches a port."""
    return any(of == protocol and first <= port <= last for of, first, last in ports_of(rule))


def redirected(name: str, protocol: str, port: int, chains: list[Chain]) -> Iterator[str]:
    """Yields the redirections of a port."""
    for chain in passed_at("prerouting", chains):
        for rule in chain.rules:
            if TRANSLATES.search(rule) and matches(rule, protocol, port):
                to = DESTINATION.search(rule)
                yield (
                    f"port {port}/{protocol} does not lead to {name}: {chain.where} redirects it{f' to {to[1]}' if to else ''};"
                    " if Docker publishes it, publish another port"
                )


def dropped(name: str, protocol: str, port: int, chains: list[Chain]) -> Iterator[str]:
    """Yields the chains of other firewalls that drop packets to a port."""
    passed = passed_at("input", chains)
    for chain in passed:
        rules = [rule for other in passed if other.table == chain.table for rule in other.rules]
        if chain.drops_the_rest and not any(matches(rule, protocol, port) and ACCEPTS.search(rule) for rule in rules):
            yield f"port {port}/{protocol} ({name}) is closed by another firewall, {chain.where}: open it there, too"
        elif any(matches(rule, protocol, port) and DROPS.search(rule) for rule in chain.rules):
            yield f"port {port}/{protocol} ({name}) is closed to some sources by another firewall, {chain.where}: open it there, too"


def left_open(expected: list[tuple[str, str, int]], chains: list[Chain]) -> Iterator[str]:
    """Yields the redirected ports that strict mode should close and cannot."""
    ours = {(protocol, port) for _, protocol, port in expected}
    rules = [rule for chain in passed_at("prerouting", chains) for rule in chain.rules if TRANSLATES.search(rule)]
    ports = {(of, first, last) for rule in rules for of, first, last in ports_of(rule) if (of, first) not in ours}
    if ports:
        words = ", ".join(f"{first if first == last else f'{first}-{last}'}/{of}" for of, first, last in sorted(ports))
        yield f"strict mode does not close ports that are redirected to a container or another server, as Docker does: {words}"


def output(*command: str) -> str:
    """Runs a program, and returns its standard output."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(mode: str, *arguments: str) -> None:
    """Prints the conflicts."""
    chains = read_nft(output("nft", "list", "ruleset"))
    for family in ("ip", "ip6"):
        program = shutil.which(f"{family}tables-legacy-save")
        used = Path(f"/proc/net/{family}_tables_names")
        # Without this file there are no rules, and the program would load kernel modules to find that out.
        if program and used.exists() and used.read_text():
            chains += read_legacy(output(program))
    expected = []
    for argument in arguments:
        name, _, where = argument.rpartition("=")
        protocol, _, port = where.partition("/")
        expected.append((name, protocol, int(port)))
    found: list[str] = []
    for listener in expected:
        found += redirected(*listener, chains)
        found += dropped(*listener, chains)
    if mode == "strict":
        found += left_open(expected, chains)
    for finding in dict.fromkeys(found):
        print(finding)


if __name__ == "__main__":
    main(*sys.argv[1:])
