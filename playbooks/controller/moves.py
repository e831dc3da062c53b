"""Where a component's data are, and so what has to be done before it starts at a place: by what each member says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What a member's note of a move says of itself.
GIVES, HAS = "to", "from"


@dataclass(frozen=True)
class State:
    """What one member says of a kind of component."""

    installed: bool = False
    """Whether it is there as a service, and not only with data that were kept."""
    data: bool = False
    """Whether there is anything to take: something in its folder, or a service that may keep it in its memory."""
    live: bool = False
    """Whether the folder is the service's own: it was started there, or its data have come there as a whole."""
    newest: int = 0
    """When anything in it was last changed, in seconds since 1970."""
    role: str = ""
    """GIVES where it was stopped to be copied, HAS where a copy is complete; else empty."""
    token: str = ""
    """Which move that was."""
    peer: str = ""
    """The other end of it."""

    @property
    def note(self) -> str:
        """The note as it stands there."""
        return f"{self.role} {self.peer} {self.token}" if self.role else ""


def parse(text: str) -> State:
    """Reads what `place.sh look` said."""
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
    """What is to be done at a place before the service starts, and after it answers."""

    source: str | None = None
    """From where the data are to come; none where it starts with what it has."""
    superseded: tuple[str, ...] = ()
    """Where data lie of which this place has, or then has, a newer copy: they are removed at the end."""


def decide(target: str, placed: Collection[str], states: Mapping[str, State]) -> Decision:
    """What is to be done at one of the places where a component is to be.

    placed: all these places. states: what each member said that could be asked, the target among them.
    """
    here = states[target]
    if _complete(target, states):
        return Decision(superseded=_superseded_by(target, placed, states) if here.role == HAS else ())
    source = pairs(placed, states).get(target)
    if source is None:
        return Decision()
    return Decision(source, (source, *_superseded_by(source, {*placed, target}, states)))


def pairs(placed: Collection[str], states: Mapping[str, State]) -> dict[str, str]:
    """From where each place gets its data that has none of its own: a cluster may move in part.

    Who was stopped for one of them is kept for it; the others follow in the order of their names.
    """
    targets = [name for name in sorted(placed) if name in states and not _complete(name, states)]
    free = [name for name, state in states.items() if name not in placed and state.data and not _superseded(name, states)]
    # Where it is a service is the truth; of data that only were kept, the newest.
    free.sort(key=lambda name: (not states[name].installed, -states[name].newest, name))
    found = {}
    for name in list(free):
        state = states[name]
        if state.role == GIVES and state.peer in targets and state.peer not in found:
            found[state.peer] = name
            free.remove(name)
    for target in targets:
        if target in found or not free:
            continue
        # What was kept at the place itself is as good as what was kept elsewhere.
        if not states[free[0]].installed and states[target].data and states[target].newest >= states[free[0]].newest:
            continue
        found[target] = free.pop(0)
    return found


def _complete(name: str, states: Mapping[str, State]) -> bool:
    """Whether a place has the data that it is to work with."""
    return states[name].live and not _superseded(name, states)


def _superseded(name: str, states: Mapping[str, State]) -> bool:
    """Whether its data were copied as a whole: the copy may have been written to since."""
    state = states[name]
    return state.role == GIVES and any(
        other.role == HAS and other.live and other.token == state.token for place, other in states.items() if place != name
    )


def _superseded_by(name: str, placed: Collection[str], states: Mapping[str, State]) -> tuple[str, ...]:
    """Where else the data lie that a place has a copy of."""
    state = states[name]
    others = sorted(set(states) - set(placed) - {name})
    return tuple(place for place in others if state.role == HAS and states[place].role == GIVES and states[place].token == state.token)


def lost(states: Mapping[str, State], before: Collection[str], placed: Collection[str], members: Collection[str]) -> str:
    """Why a place must not start empty, in words; empty where it may.

    before: where the component was at the last success, as far as this machine knows.
    """
    gone = sorted(set(before) - set(members))
    silent = sorted((set(before) & set(members)) - set(placed) - set(states))
    if silent:
        names = " and ".join(f'"{name}"' for name in silent)
        return (
            f"its data are on {names}, which cannot be reached: nothing was started, so that they are not left behind. Make that"
            ' server reachable and deploy again; or, to begin without them, set onMove to OnMove.DISCARD'
        )
    if gone:
        names = " and ".join(f'"{name}"' for name in gone)
        return (
            f"it was on {names}, which left the monitoring in the same edit, and with it the data: nothing was started. A move takes"
            f" two deploys, one with both servers, and one that removes the old one. Where the server still exists, declare it again"
            " as a member and deploy; or, to begin without the data, set onMove to OnMove.DISCARD"
        )
    return ""
