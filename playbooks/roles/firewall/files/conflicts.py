"""Names what on this server works against the firewall, a line each; changes nothing.

    conflicts.py guard|strict [NAME=PROTOCOL/PORT ...]

A packet passes all tables: whichever drops it wins, and whoever translates its address leads it elsewhere. What other
tables do is read from nft's listing, which shows iptables' rules much like its own; `iptables-legacy` has a kernel
table of its own.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

OURS = "inet cdktf_monitoring"
PORTS = re.compile(r"\b(tcp|udp) dport (\{[^}]*\}|[\w-]+)|-p (tcp|udp) .*--dports? ([\d:,]+)")
TRANSLATION = re.compile(r"\b(?:dnat|redirect)\b|target \"(?:DNAT|REDIRECT)\"|-j (?:DNAT|REDIRECT)")
TO = re.compile(r"(?:dnat (?:ip6? )?to|--to-destination) (\S+)")
# A rule that drops whatever comes by.
DROPS_ALL = re.compile(r"^(?:counter (?:packets \d+ bytes \d+ )?)?(?:drop|reject\b.*)$")


class Chain:
    """A chain of another table."""

    def __init__(self, table, name):
        self.where = f"chain {name} of table {table}"
        self.table = table
        self.rules = []
        self.input = False
        self.closed = False

    @property
    def drops(self):
        """Whether it drops what it does not admit."""
        return self.input and (self.closed or any(DROPS_ALL.match(rule) for rule in self.rules))


def read_nft(text):
    """The chains of a listing by nft."""
    chains, table = [], None
    for line in map(str.strip, text.splitlines()):
        if match := re.match(r"table (\S+ \S+) \{", line):
            table = match[1]
        elif (match := re.match(r"chain (\S+) \{", line)) and table != OURS:
            chains.append(Chain(table, match[1]))
        elif not chains or table == OURS:
            continue
        elif match := re.match(r"type \S+ hook (\w+) .*?(?:policy (\w+);)?$", line):
            chains[-1].input, chains[-1].closed = match[1] == "input", match[2] == "drop"
        else:
            chains[-1].rules.append(line)
    return chains


def read_legacy(text):
    """The chains of a listing by iptables-legacy-save."""
    chains, table = {}, None
    for line in text.splitlines():
        if line.startswith("*"):
            table = f"{line[1:]} (iptables-legacy)"
        elif match := re.match(r":(\S+) (\S+)", line):
            chain = chains[table, match[1]] = Chain(table, match[1])
            chain.input, chain.closed = match[1] == "INPUT", match[2] == "DROP"
        elif match := re.match(r"-A (\S+) (.*)", line):
            chains[table, match[1]].rules.append(re.sub(r"^-j (DROP|REJECT).*", lambda found: found[1].lower(), match[2]))
    return list(chains.values())


def ports_of(rule):
    """What a rule says of ports: (protocol, first, last) each."""
    found = []
    for match in PORTS.finditer(rule):
        for word in re.split(r"[{},\s]+", match[2] or match[4]):
            if bounds := re.fullmatch(r"(\d+)(?:[-:](\d+))?", word):
                found.append((match[1] or match[3], int(bounds[1]), int(bounds[2] or bounds[1])))
    return found


def names(rule, protocol, port):
    """Whether a rule speaks of a port."""
    return any(of == protocol and first <= port <= last for of, first, last in ports_of(rule))


def findings(strict, expected, chains):
    """What is found, a sentence each."""
    for name, protocol, port in expected:
        for chain in chains:
            for rule in chain.rules:
                if TRANSLATION.search(rule) and names(rule, protocol, port):
                    to = TO.search(rule)
                    yield (
                        f"port {port}/{protocol} does not lead to {name}: {chain.where} redirects it"
                        f"{f' to {to[1]}' if to else ''} (Docker publishes it?): publish that on another port"
                    )
        for chain in chains:
            of_table = [rule for other in chains if other.table == chain.table for rule in other.rules]
            admitted = any(names(rule, protocol, port) and re.search(r"\baccept\b|-j ACCEPT", rule) for rule in of_table)
            if chain.drops and not admitted:
                yield f"port {port}/{protocol} ({name}) is closed by another firewall, {chain.where}: admit it there, too"
            elif any(names(rule, protocol, port) and re.search(r"\b(drop|reject)\b|-j (DROP|REJECT)", rule) for rule in chain.rules):
                yield f"port {port}/{protocol} ({name}) is closed, for some at least, by another firewall, {chain.where}"
    if strict:
        ours = {(protocol, port) for _, protocol, port in expected}
        around = sorted(
            {f"{first}/{protocol}" for chain in chains for rule in chain.rules if TRANSLATION.search(rule) for protocol, first, _ in ports_of(rule)}
            - {f"{port}/{protocol}" for protocol, port in ours}
        )
        if around:
            yield f"what is redirected does not pass here, also in strict mode (Docker publishes it?): {', '.join(around)}"


def output(*command):
    """What a program says."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(mode, *arguments):
    """Reads the rules, and says what it found."""
    chains = read_nft(output("nft", "list", "ruleset"))
    for version in ("", "6"):
        # To ask it where it has no rules would load its kernel modules.
        used = Path(f"/proc/net/ip{version}_tables_names")
        program = shutil.which(f"ip{version}tables-legacy-save")
        if program and used.exists() and used.read_text():
            chains += read_legacy(output(program))
    expected = []
    for argument in arguments:
        name, protocol, port = re.split("[=/]", argument)
        expected.append((name, protocol, int(port)))
    for finding in dict.fromkeys(findings(mode == "strict", expected, chains)):
        print(finding)


if __name__ == "__main__":
    main(*sys.argv[1:])
