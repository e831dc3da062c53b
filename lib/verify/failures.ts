import { SSH } from "../access/access";
import { Observation } from "./observation";
import { CONTROLLER } from "./plan";
import { Verdict } from "./verdict";

/** A deviation from the expected state. */
export interface Failure {
  readonly problem: string;
  /** Why the problem occurs; undefined if the cause is unknown or `problem` already contains it. */
  readonly cause?: string;
  /** A command, or an instruction if there is no single command. */
  readonly fix: string;
}

/** Shell commands that fix failures. */
export interface Commands {
  /** Kinds of components that have a run. */
  readonly kinds: readonly string[];
  /** The command that starts a run on one server. */
  play(run: string, server: string, force?: boolean): string;
  /** The command that copies changed secrets to the servers. */
  readonly rotate: string;
}

/** Failures of a server's firewall. */
export function firewallFailures(observation: Observation, commands: Commands): Failure[] {
  const { name, error, table, rulesCurrent, firewallEnabled } = observation;
  if (error !== undefined) return [];
  const fix = commands.play("firewall", name);
  if (table === "unknown")
    return [{ problem: `nftables is missing on ${name}`, fix: `install nftables on ${name}, then: ${fix}` }];
  const problems = [
    ...(table === "missing" ? [`the firewall table on ${name} is not loaded, so its ports are open to everybody`] : []),
    ...(table === "changed" ? [`the firewall table on ${name} was changed after it was loaded`] : []),
    ...(rulesCurrent ? [] : [`the firewall rules on ${name} are not those of the last deploy`]),
    ...(firewallEnabled ? [] : [`the firewall on ${name} is not loaded at boot, because its unit is not enabled`]),
  ];
  return problems.map((problem) => ({ problem, fix }));
}

/** The failure of a probe. */
export function probeFailure(verdict: Verdict, observation: Observation | undefined, commands: Commands): Failure {
  const { probe, expected = "", observed = "" } = verdict;
  const { from, to, protocol, port, name } = probe;
  return {
    problem: `${from} -> ${to} ${protocol}/${port} (${name}): expected ${expected}, observed ${observed}`,
    ...(expected === "open" ? closedPort(verdict, commands) : openPort(verdict, observation, commands)),
  };
}

type Diagnosis = Pick<Failure, "cause" | "fix">;

/** Why an allowed source does not reach a port. */
function closedPort({ probe, observed }: Verdict, commands: Commands): Diagnosis {
  const { from, to, name } = probe;
  if (observed === "refused") {
    const kind = commands.kinds.find((candidate) => name.startsWith(`${candidate}_`));
    return {
      cause: `nothing listens on the port`,
      fix: kind === undefined ? `start the service on ${to}` : commands.play(kind, to, true),
    };
  }
  if (observed === "filtered" || observed === "dropped") {
    const check = `check the cloud firewall and other tables on ${to} (nft list ruleset)`;
    return {
      cause: "the packets are dropped on the way",
      fix:
        from === CONTROLLER && name === SSH
          ? check
          : `${commands.play("firewall", to)}; if the port stays closed, ${check}`,
    };
  }
  return { cause: `${from} has no route to ${to}`, fix: `check the routes and the outgoing firewall rules of ${from}` };
}

/** Why an unauthorized source reaches a port. */
function openPort({ probe, observed }: Verdict, observation: Observation | undefined, commands: Commands): Diagnosis {
  const { to } = probe;
  const play = commands.play("firewall", to);
  if (observation?.table === "missing") return { cause: `the firewall table on ${to} is not loaded`, fix: play };
  if (observation?.table === "changed") return { cause: `the firewall table on ${to} was changed`, fix: play };
  if (observation?.rulesCurrent === false)
    return { cause: `the firewall rules on ${to} are not those of the last deploy`, fix: play };
  return {
    cause:
      observed === "refused"
        ? "the connection was refused instead of dropped, so the packets bypass the firewall"
        : `the firewall table on ${to} is correct, so the packets bypass it`,
    fix: `check other tables on ${to} (nft list ruleset)`,
  };
}
