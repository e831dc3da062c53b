import { SSH } from "../access/access";
import { Observation } from "./observation";
import { Verdict } from "./measurement";
import { CONTROLLER } from "./plan";

/** Something that is not as it should be. */
export interface Failure {
  /** What was found, and where. */
  readonly problem: string;
  /** What it means and how it is mended. */
  readonly fix: string;
}

/** How the runs of a deployed stack are started again. */
export interface Commands {
  readonly kinds: readonly string[];
  /** The command that starts a run on one server. */
  play(run: string, server: string, force?: boolean): string;
  /** The command that hands secrets to the servers again. */
  readonly rotate: string;
}

/** What is wrong with a server's firewall. */
export function lookDifferences(look: Observation, commands: Commands): Failure[] {
  const { name, silent, table, current, enabled } = look;
  if (silent !== undefined) return [];
  const mend = commands.play("firewall", name);
  if (table === "unknown") return [{ problem: `nft is missing on ${name}`, fix: `install nftables, then ${mend}` }];
  const found = [
    ...(table === "missing" ? [`the firewall's table is not loaded on ${name}: its ports are open to all`] : []),
    ...(table === "changed" ? [`the firewall's table on ${name} is not as it was loaded: somebody changed it`] : []),
    ...(current ? [] : [`the firewall's rules on ${name} are not those of the last deploy`]),
    ...(enabled ? [] : [`the firewall on ${name} is not loaded at boot: its unit is not enabled`]),
  ];
  return found.map((what) => ({ what, mend }));
}

/** What a difference of an edge means. */
export function edgeDifference(verdict: Verdict, look: Observation | undefined, commands: Commands): Failure {
  const { probe, expected, found = "" } = verdict;
  const { from, to, protocol, port, name } = probe;
  const what = `${from} -> ${to} ${protocol}/${port} (${name}): should be ${expected ?? ""}, is ${found}`;
  return { problem, fix: expected === "open" ? closedMend(verdict, commands) : openMend(verdict, look, commands) };
}

/** A port that should answer does not. */
function closedMend({ probe, found }: Verdict, commands: Commands): string {
  const { from, to, name } = probe;
  if (found === "refused") {
    const kind = commands.kinds.find((candidate) => name.startsWith(`${candidate}_`));
    return kind === undefined
      ? `nothing listens there: start the service on ${to}`
      : `nothing listens there: ${commands.play(kind, to, true)}`;
  }
  if (found === "filtered" || found === "dropped") {
    const cloud =
      from === CONTROLLER && name === SSH ? "" : `${commands.play("firewall", to)}; if that changes nothing, `;
    return `something on the way drops it: ${cloud}look at the cloud's firewall, and at other tables on ${to} (nft list ruleset)`;
  }
  return `there is no way from ${from}: look at its routes and its own firewall for what goes out`;
}

/** A port that should be closed is not. */
function openMend({ probe, found }: Verdict, look: Observation | undefined, commands: Commands): string {
  const { to } = probe;
  const play = commands.play("firewall", to);
  if (look?.table === "missing") return `the firewall's table is not loaded on ${to}: ${play}`;
  if (look?.table === "changed") return `somebody changed the firewall's table on ${to}: ${play}`;
  if (look?.current === false) return `the rules on ${to} are not those of the last deploy: ${play}`;
  if (found === "refused")
    return `that it is refused, and not dropped, means that the firewall does not see it: look at other tables on ${to} (nft list ruleset)`;
  return `the firewall's table on ${to} is as it should be, so something leads around it: look at other tables there (nft list ruleset)`;
}
