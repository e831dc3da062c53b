import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../../../lib/paths";
import { Fleet, readFleet } from "../../../lib/verify/fleet";
import { judge, Measured } from "../../../lib/verify/judge";
import { Answer, Look, readLook } from "../../../lib/verify/look";
import { CONTROLLER, isDatagram, makePlan, Plan, STRANGER } from "../../../lib/verify/plan";
import { findStranger } from "../../../lib/verify/stranger";
import { run, UserError } from "../common";
import { Deployed } from "../stack-outputs";

/** What verify.py answers. */
interface Answers {
  readonly servers: Readonly<Record<string, Answer>>;
  readonly controller: Readonly<Record<string, readonly string[]>>;
  readonly datagrams: Readonly<Record<string, readonly (string | null)[]>>;
}

/**
 * Measures who reaches which port of a monitoring's servers.
 *
 * @param directory where its stack's runs are started
 * @param sample from how many servers that do not monitor it is tried
 * @param alert whether a test alert is sent
 * @throws UserError when nothing could be measured
 */
export async function measure(
  directory: string,
  { inventory, runs }: Deployed,
  { sample, alert }: { readonly sample: number; readonly alert: boolean },
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  const fleet = alert ? fleetOf(inventory) : unasked(fleetOf(inventory), "alertmanager");
  const own = await ownAddress();
  const blocks = Object.values(networkInterfaces()).flatMap((all = []) => all.flatMap(({ cidr }) => cidr ?? []));
  const stranger = findStranger(fleet, own, blocks);
  const plan = makePlan(fleet, sample, stranger, alert ? [] : ["whether alerts arrive: no test alert was wanted"]);
  const request = {
    servers: Object.fromEntries(
      fleet.servers.map(({ name, questions }) => [name, { ...dialled(plan, name), questions }]),
    ),
    controller: {
      [CONTROLLER]: { from: null, ...dialled(plan, CONTROLLER) },
      [STRANGER]: { from: stranger?.address ?? null, ...dialled(plan, STRANGER) },
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
  const looks = new Map(fleet.servers.map(({ name }): [string, Look] => [name, readLook(name, answers.servers[name])]));
  const connections = new Map([
    ...[...looks].map(([name, look]) => [name, look.found] as const),
    ...Object.entries(answers.controller),
  ]);
  const datagrams = new Map(Object.entries(answers.datagrams));
  const verdicts = judge(fleet, plan, looks, { connections, datagrams });
  return { fleet, plan, looks, verdicts };
}

/** A fleet whose components of a kind are asked nothing. */
function unasked(fleet: Fleet, kind: string): Fleet {
  const servers = fleet.servers.map((server) => {
    const questions = Object.entries(server.questions).filter(([asked]) => asked !== kind);
    return { ...server, questions: Object.fromEntries(questions) };
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

/** What a source is to try. */
function dialled(
  { probes }: Plan,
  source: string,
): { readonly to: [string, number][]; readonly datagrams: [string, string, number][] } {
  const mine = probes.filter(({ from }) => from === source);
  return {
    to: mine.filter((probe) => !isDatagram(probe)).map(({ address, port }) => [address, port]),
    datagrams: mine.filter(isDatagram).map(({ to, address, port }) => [to, address, port]),
  };
}

/** The address by which this machine goes into the world, if it has a way there; nothing is sent. */
async function ownAddress(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    return await new Promise((done) => {
      socket.once("error", () => {
        done(undefined);
      });
      // An address for documentation (RFC 5737): all that counts is by which interface the way there begins.
      socket.connect(9, "198.51.100.1", () => {
        done(socket.address().address);
      });
    });
  } finally {
    socket.close();
  }
}
