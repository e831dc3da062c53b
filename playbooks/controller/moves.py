"""Decides which member's data a component on a host must start with, based on the states of all members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# The roles of a host in a move, as its note contains them.
SENDER, RECEIVER = "to", "from"


@dataclass(frozen=True)
class State:
    """The state of one kind of component on one member."""

    installed: bool = False
    """Whether the component is installed as a service. Otherwise the member may still have data of an earlier service."""
    data: bool = False
    """Whether the member has data to move: files in the data folder, or a service that may hold data in memory."""
    live: bool = False
    """Whether the service owns the data folder: it was started there, or a copy of its data was completed."""
    newest: int = 0
    """Time of the last change of the data, in seconds since 1970."""
    role: str = ""
    """SENDER if the service was stopped to copy its data, RECEIVER if the member has a complete copy, otherwise empty."""
    token: str = ""
    """Identifies the move; the same on both hosts."""
    peer: str = ""
    """The other host of the move."""

    @property
    def note(self) -> str:
        """The note of the move, as the member stores it."""
        return f"{self.role} {self.peer} {self.token}" if self.role else ""


def parse(text: str) -> State:
    """Reads the output of `move.sh observe`. An incomplete note is ignored."""
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    role, peer, token = (found.get("note", "").split() + ["", "", ""])[:3]
    return State(
        installed=found.get("installed") == "yes",
        data=found.get("data") == "yes",
        live=found.get("live") == "yes",
        newest=int(found.get("newest") or 0),
        role=role if token else "",
        token=token,
        peer=peer if token else "",
    )


@dataclass(frozen=True)
class Decision:
    """The part of a move that concerns one host."""

    source: str | None = None
    """The host to copy the data from; None if the component starts with the data on its own host."""
    superseded: tuple[str, ...] = ()
    """The hosts with older copies of the data. These copies are deleted after the component answers."""


def decide(target: str, hosts: Collection[str], states: Mapping[str, State]) -> Decision:
    """Decides what to do on one host.

    target: the host. hosts: all hosts of the component. states: the states of all reachable members, including the target.
    """
    here = states[target]
    if _complete(target, states):
        return Decision(superseded=_older_copies(target, hosts, states) if here.role == RECEIVER else ())
    source = sources(hosts, states).get(target)
    if source is None:
        return Decision()
    return Decision(source, (source, *_older_copies(source, {*hosts, target}, states)))


def sources(hosts: Collection[str], states: Mapping[str, State]) -> dict[str, str]:
    """The source for each host that must copy data. Several hosts of a cluster may move at once.

    A source that was already stopped for a target stays the source of this target. The other targets get a source in the order
    of their names.
    """
    targets = [name for name in sorted(hosts) if name in states and not _complete(name, states)]
    free = [name for name, state in states.items() if name not in hosts and state.data and not _superseded(name, states)]
    # Data of an installed service takes precedence over data of an uninstalled one, and newer data over older data.
    free.sort(key=lambda name: (not states[name].installed, -states[name].newest, name))
    found = {}
    for name in list(free):
        state = states[name]
        if state.role == SENDER and state.peer in targets and state.peer not in found:
            found[state.peer] = name
            free.remove(name)
    for target in targets:
        if target in found or not free:
            continue
        # If no service is installed on the source, the target uses its own data unless the source's data is newer.
        if not states[free[0]].installed and states[target].data and states[target].newest >= states[free[0]].newest:
            continue
        found[target] = free.pop(0)
    return found


def _complete(name: str, states: Mapping[str, State]) -> bool:
    """Whether a host has the data that its service must use."""
    return states[name].live and not _superseded(name, states)


def _superseded(name: str, states: Mapping[str, State]) -> bool:
    """Whether another host has a complete copy of this host's data. That copy may have changed since."""
    state = states[name]
    return state.role == SENDER and any(
        other.role == RECEIVER and other.live and other.token == state.token for peer, other in states.items() if peer != name
    )


def _older_copies(name: str, hosts: Collection[str], states: Mapping[str, State]) -> tuple[str, ...]:
    """The hosts that sent a host its data and that no longer run the component."""
    state = states[name]
    others = sorted(set(states) - set(hosts) - {name})
    return tuple(
        other for other in others if state.role == RECEIVER and states[other].role == SENDER and states[other].token == state.token
    )


def data_loss(states: Mapping[str, State], previous: Collection[str], hosts: Collection[str], members: Collection[str]) -> str:
    """Why the component must not start without data, as an error message; empty if it may.

    previous: the hosts after the last successful run, as far as this controller knows. hosts: the hosts now.
    """
    gone = sorted(set(previous) - set(members))
    unreachable = sorted((set(previous) & set(members)) - set(hosts) - set(states))
    discard = "to start without the data, set onMove to OnMove.DISCARD"
    if unreachable:
        verb = "are" if len(unreachable) > 1 else "is"
        return (
            f"the data is on {_quoted(unreachable)}, which {verb} unreachable. Nothing was started, so that no data is left behind."
            f" Make the server reachable and deploy again; {discard}"
        )
    if gone:
        return (
            f"the data was on {_quoted(gone)}, which left the monitoring in the same edit. Nothing was started. A move takes two"
            " deploys: one with both servers, and one without the old server. If the server still exists, declare it again as a"
            f" member and deploy; {discard}"
        )
    return ""


def _quoted(names: Collection[str]) -> str:
    return " and ".join(f'"{name}"' for name in names)
