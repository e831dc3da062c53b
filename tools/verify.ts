import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../lib/paths";
import { readFleet } from "../lib/verify/fleet";
import { judge } from "../lib/verify/judge";
import { Answer, Look, readLook } from "../lib/verify/look";
import { CONTROLLER, makePlan, Plan, SAMPLE, STRANGER } from "../lib/verify/plan";
import { Commands } from "../lib/verify/remedy";
import { makeReport, Report, reportLines, Status, statusOf } from "../lib/verify/report";
import { findStranger } from "../lib/verify/stranger";
import { main, run, UserError } from "./common";
import { LOCAL_STACK } from "./local-stack";
import { ansibleStep, terraformStep } from "./preparation";
import { stackDirectory, stackOutputs } from "./stack-outputs";

const HELP = `npm run verify [-- options]: measures on a deployed stack who reaches which port, and compares it with the access graph

  --stack <name>   another stack than "${LOCAL_STACK}"
  --sample <n>     from how many servers it is tried, beside those that monitor (${SAMPLE})
  --json           all that was measured, for programs
  -h, --help       this text

Changes nothing on the servers. Exits with 1 when anything differs, with 2 when not all could be measured.`;

/** What verify.py answers. */
interface Answers {
  readonly servers: Readonly<Record<string, Answer>>;
  readonly controller: Readonly<Record<string, readonly string[]>>;
}

/** A monitoring of a deployed stack. */
interface Deployed {
  /** What the names of its outputs and runs begin with. */
  readonly prefix: string;
  readonly inventory: string;
  readonly state: string;
}

async function verify(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: LOCAL_STACK },
      sample: { type: "string", default: `${SAMPLE}` },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!/^\d+$/.test(values.sample)) throw new UserError(`--sample: "${values.sample}" is not a number of servers`);
  const environment = {
    ...(await terraformStep.ensure(() => undefined)),
    ...(await ansibleStep.ensure(console.error)),
  };
  const outputs = await stackOutputs(values.stack, environment);
  const surplus = surplusRules(outputs);
  const reports = new Map<string, Report>();
  for (const [index, deployed] of monitorings(values.stack, outputs).entries()) {
    const report = await measure(
      values.stack,
      deployed,
      Number(values.sample),
      environment,
      index === 0 ? surplus : [],
    );
    reports.set(deployed.prefix, report);
  }
  const status = statusOf([...reports.values()]);
  if (values.json) console.log(JSON.stringify({ status, monitorings: Object.fromEntries(reports) }, undefined, 2));
  else print(reports, status);
  process.exitCode = status;
}

/** Plans, measures and compares. */
async function measure(
  stack: string,
  { prefix, inventory, state }: Deployed,
  sample: number,
  environment: Readonly<Record<string, string>>,
  surplus: readonly string[],
): Promise<Report> {
  const fleet = readFleet(inventory);
  const own = await ownAddress();
  const blocks = Object.values(networkInterfaces()).flatMap((all = []) => all.flatMap(({ cidr }) => cidr ?? []));
  const stranger = findStranger(fleet, own, blocks);
  const plan = makePlan(fleet, sample, stranger);
  const request = {
    servers: Object.fromEntries(
      fleet.servers.map(({ name, questions }) => [name, { to: dialled(plan, name), questions }]),
    ),
    controller: {
      [CONTROLLER]: { from: null, to: dialled(plan, CONTROLLER) },
      [STRANGER]: { from: stranger?.address ?? null, to: dialled(plan, STRANGER) },
    },
  };
  const { code, stdout, stderr } = await run("python3", [join(playbooksDirectory, "verify.py")], {
    cwd: stackDirectory(stack),
    environment: {
      ...environment,
      MONITORING_STATE: state,
      MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
    },
    input: JSON.stringify(request),
  });
  if (code !== 0) throw new UserError(`nothing could be measured: ${stderr.trim()}`);
  const answers = JSON.parse(stdout) as Answers;
  const looks = new Map(fleet.servers.map(({ name }): [string, Look] => [name, readLook(name, answers.servers[name])]));
  const found = new Map([
    ...[...looks].map(([name, look]) => [name, look.found] as const),
    ...Object.entries(answers.controller),
  ]);
  const verdicts = judge(fleet, plan, looks, found, stranger?.address);
  return makeReport({ fleet, plan, looks, verdicts }, commandsOf(stack, prefix, fleet.kinds), surplus);
}

function dialled(plan: Plan, source: string): [string, number][] {
  return plan.probes.filter(({ from }) => from === source).map(({ address, port }) => [address, port]);
}

function commandsOf(stack: string, prefix: string, kinds: readonly string[]): Commands {
  return {
    kinds,
    play: (name, server, force = false) => {
      const where = stack === LOCAL_STACK ? "" : ` --stack ${stack}`;
      return `npm run play ${prefix}${name} -- --limit ${server}${force ? " --force" : ""}${where}`;
    },
  };
}

function monitorings(stack: string, outputs: Readonly<Record<string, unknown>>): Deployed[] {
  const found = Object.entries(outputs).flatMap(([output, value]): Deployed[] => {
    const prefix = /^(.*)runs$/.exec(output)?.[1];
    const inventory = prefix === undefined ? undefined : outputs[`${prefix}inventory`];
    if (prefix === undefined || typeof inventory !== "string") return [];
    const [first] = JSON.parse(String(value)) as readonly { readonly state: string }[];
    return first ? [{ prefix, inventory, state: first.state }] : [];
  });
  if (found.length === 0) throw new UserError(`the stack "${stack}" was not deployed from here: deploy it first`);
  return found;
}

/** Rules of the cloud's firewall that no deploy made, where the stack knows of such. */
function surplusRules(outputs: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(outputs)
    .filter(([name]) => name.endsWith("surplus_rules"))
    .flatMap(([, value]) => (typeof value === "string" ? (JSON.parse(value) as string[]) : (value as string[])));
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

function print(reports: ReadonlyMap<string, Report>, status: Status): void {
  for (const [prefix, report] of reports) {
    if (reports.size > 1)
      console.log(`\n${prefix === "" ? "The monitoring" : `The monitoring with the prefix ${prefix}`}`);
    console.log(reportLines(report).join("\n"));
  }
  const words = {
    [Status.FINE]: "All is as it should be.",
    [Status.DIFFERS]: "Not all is as it should be.",
    [Status.NOT_MEASURED]: "Nothing differs, but not all could be measured.",
  };
  console.log(`\n${words[status]}`);
}

/** That it could not be measured must not look like a difference. */
async function orNotMeasured(): Promise<void> {
  try {
    await verify();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exitCode = Status.NOT_MEASURED;
  }
}

main(orNotMeasured);
