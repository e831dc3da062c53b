"""Names and patterns that the controller shares with the TypeScript constructs and the roles.

`contract.json` contains the values. `lib/contract.ts` reads the same file and documents each value.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_CONTRACT: dict[str, Any] = json.loads((Path(__file__).resolve().parents[1] / "contract.json").read_text(encoding="utf-8"))
_STATE: dict[str, str] = _CONTRACT["state"]
_RUNS: dict[str, str] = _CONTRACT["runs"]

# In the project's folder.
PRIVATE_DIRECTORY: str = _CONTRACT["privateDirectory"]
ARTIFACTS_LOCK: str = _CONTRACT["artifactsLock"]

# In the stack's private state folder.
IN_FLIGHT = _STATE["inFlight"]
REPEATED = _STATE["repeated"]
RUNS = _STATE["runs"]
RESULT = _STATE["result"]
PLACEMENTS = _STATE["placements"]
MEMBERS = _STATE["members"]
KNOWN_HOSTS = _STATE["knownHosts"]
BUILT_MODULES = _STATE["builtModules"]
CONNECTIONS = _STATE["connections"]
OWNER = _STATE["owner"]
FORMER_OWNERS = _STATE["formerOwners"]
CERTIFICATES = _STATE["certificates"]

CACHE_VARIABLE: str = _CONTRACT["cache"]["variable"]
CACHE_DIRECTORY: str = _CONTRACT["cache"]["directory"]

# Runs with a special role, and the prefix of the inventory groups that hold the hosts of a run.
GROUP_PREFIX = _RUNS["groupPrefix"]
FIREWALL = _RUNS["firewall"]
CLEANUP = _RUNS["cleanup"]
LEAVE = _RUNS["leave"]
LOG_AGENT = _RUNS["logAgent"]
AUTHORITY = _RUNS["authority"]

# Folders on servers.
SERVER_DIRECTORY: str = _CONTRACT["server"]["directory"]
DATA_DIRECTORY: str = _CONTRACT["server"]["data"]

# Regular expression of a whole jump host: user, host (with brackets if it has them) and port.
JUMP_HOST: str = _CONTRACT["jumpHost"]
