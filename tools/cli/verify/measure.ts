import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../../../lib/paths";
import { checkArguments } from "../../../lib/verify/check-arguments";
import { TRANSPORT } from "../../../lib/verify/checks/encryption";
import { Fleet, FleetServer, readFleet } from "../../../lib/verify/fleet";
import { Measurement } from "../../../lib/verify/measurement";
import { Answer, readObservation } from "../../../lib/verify/observation";
import { CONTROLLER, isDatagram, makePlan, Plan, UNAUTHORIZED_SOURCE } from "../../../lib/verify/plan";
import { findUnauthorizedSource } from "../../../lib/verify/unauthorized-source";
import { evaluateProbes } from "../../../lib/verify/verdict";
import { run } from "../process";
import { Deployed } from "../stack-outputs";
import { UserError } from "../user-error";

/** The output of verify.py. */
interface Answers {
  readonly servers: Readonly<Record<string, Answer>>;
  readonly controller: Readonly<Record<string, readonly string[]>>;
  readonly datagrams: Readonly<Record<string, readonly (string | null)[]>>;
}

/** Settings of a measurement. */
interface Options {
  /** Number of servers that probe the other servers, in addition to the monitoring servers. */
  readonly sample: number;
  /** Whether to send a test alert. */
  readonly alert: boolean;
}

/**
 * Probes all ports of the servers of a Monitoring, and runs the checks of its components.
 *
 * @param directory Terraform's folder of the stack, which is the working directory of its runs
 * @throws UserError if nothing could be measured
 */
export async function measure(
  directory: string,
  { inventory, runs }: Deployed,
  { sample, alert }: Options,
  environment: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const fleet = alert ? fleetOf(inventory) : withoutCheck(fleetOf(inventory), "alertmanager");
  const blocks = Object.values(networkInterfaces()).flatMap((all = []) => all.flatMap(({ cidr }) => cidr ?? []));
  const unauthorizedSource = findUnauthorizedSource(fleet, await ownAddress(), blocks);
  const plan = makePlan(fleet, sample, unauthorizedSource, alert ? [] : ["alert delivery: switched off by --no-alert"]);
  const request = {
    servers: Object.fromEntries(
      fleet.servers.map((server) => [
        server.name,
        { ...probesFrom(plan, server.name), checks: checksOn(server, fleet) },
      ]),
    ),
    controller: {
      [CONTROLLER]: { from: null, ...probesFrom(plan, CONTROLLER) },
      [UNAUTHORIZED_SOURCE]: { from: unauthorizedSource?.address ?? null, ...probesFrom(plan, UNAUTHORIZED_SOURCE) },
    },
  };
  const { code, stdout, stderr } = await run("python3", [join(playbooksDirectory, "verify.py")], {
    cwd: directory,
    environment: {
      ...environment,
      MONITORING_STATE: runs[0]?.state ?? "",
      MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
    },
    input: JSON.stringify(request),
  });
  if (code !== 0) throw new UserError(`nothing could be measured: ${stderr.trim()}`);
  const answers = JSON.parse(stdout) as Answers;
  const observations = new Map(
    fleet.servers.map(({ name }) => [name, readObservation(name, answers.servers[name])] as const),
  );
  const connections = new Map([
    ...[...observations].map(([name, observation]) => [name, observation.connections] as const),
    ...Object.entries(answers.controller),
  ]);
  const datagrams = new Map(Object.entries(answers.datagrams));
  return { fleet, plan, observations, verdicts: evaluateProbes(fleet, plan, observations, { connections, datagrams }) };
}

/** Removes the URLs of the components of a kind from a fleet, so that these components are not checked. */
function withoutCheck(fleet: Fleet, kind: string): Fleet {
  const servers = fleet.servers.map((server) => {
    const urls = Object.entries(server.componentUrls).filter(([each]) => each !== kind);
    return { ...server, componentUrls: Object.fromEntries(urls) };
  });
  return { ...fleet, servers };
}

function fleetOf(inventory: string): Fleet {
  try {
    return readFleet(inventory);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

/** The arguments of each check on a server, as verify.py expects them. */
function checksOn(
  { bindAddress, componentUrls, guardedPorts }: FleetServer,
  fleet: Fleet,
): Readonly<Record<string, readonly (string | number)[]>> {
  const guards = guardedPorts.map(({ kind, port, refuses }) => `${kind}:${port}:${refuses.join(",")}`);
  return {
    ...Object.fromEntries(
      Object.entries(componentUrls).map(([kind, url]) => [kind, [url, ...checkArguments(fleet, kind)]]),
    ),
    ...(guards.length === 0 ? {} : { [TRANSPORT]: [bindAddress === "" ? "127.0.0.1" : bindAddress, ...guards] }),
  };
}

/** The probes from a source, as verify.py expects them. */
function probesFrom(
  { probes }: Plan,
  source: string,
): { readonly connections: [string, number][]; readonly datagrams: [string, string, number][] } {
  const selected = probes.filter(({ from }) => from === source);
  return {
    connections: selected.filter((probe) => !isDatagram(probe)).map(({ address, port }) => [address, port]),
    datagrams: selected.filter(isDatagram).map(({ to, address, port }) => [to, address, port]),
  };
}

/** This machine's address on its default route; undefined without a default route. Sends no packet. */
async function ownAddress(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    return await new Promise((done) => {
      socket.once("error", () => {
        done(undefined);
      });
      // An address reserved for documentation (RFC 5737). Connecting a UDP socket only selects the interface.
      socket.connect(9, "198.51.100.1", () => {
        done(socket.address().address);
      });
    });
  } finally {
    socket.close();
  }
}
