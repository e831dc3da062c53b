import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Collector } from "../../../lib/metrics/catalogue-entry";
import { run, type Log } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { sources } from "../../local/source";
import { download } from "../../local/source/go";
import { type Environment, type Started } from "./environment";
import { metricNames } from "./exposition";
import { metricNamesOf } from "./merge";
import { Observation, Program, sorted } from "./program";
import { bootedServer } from "./server";
import { writeSensors } from "./sensors";
import { freePort, get, Service } from "../service";

/** Node exporter by collector: on this machine, in a container, and with the kernel files of its own tests. */
export const nodeExporter: Program = {
  kind: "node_exporter",
  observe: async (home, work, log) => {
    const binary = join(home, "node_exporter");
    const { stderr, stdout } = await run(binary, ["--help"]);
    const flags = parseHelp(stdout + stderr);
    const server = await bootedServer(binary, log);
    try {
      const environments = [thisMachine(binary, work), await fixtures(binary, work, log), server?.environment];
      const observer = new Observer(flags, log);
      for (const environment of environments) {
        if (environment === undefined) continue;
        log(`node_exporter: ${environment.name}`);
        await observer.observe(environment);
      }
      return observer.observation;
    } finally {
      await server?.remove();
    }
  },
};

/** The flags of node exporter, by the name after `--collector.`. */
export interface CollectorFlags {
  /** The collectors, and whether they are enabled by default. */
  readonly collectors: ReadonlyMap<string, boolean>;
  /** Their Boolean options, such as `systemd.enable-restarts-metrics`. */
  readonly switches: readonly string[];
}

/** Parses the output of `node_exporter --help`. */
export function parseHelp(help: string): CollectorFlags {
  const text = help.replace(/\s+/g, " ");
  const collectors = text.matchAll(/--\[no-\]collector\.(\S+) Enable the \S+ collector \(default: (\w+)\)/g);
  const switches = text.matchAll(/--\[no-\]collector\.(\w+\.\S+)/g);
  return {
    collectors: new Map([...collectors].map(([, name = "", state]) => [name, state === "enabled"])),
    switches: [...switches].map(([, name = ""]) => name),
  };
}

/**
 * Collectors of hardware, file systems and services that few servers have. Their metrics are possible ones, even if the
 * machine of a maintainer emits them.
 */
const RARE = new Set(
  [
    "bcache bcachefs bonding btrfs cpufreq dmmultipath drbd drm edac fibrechannel hwmon infiniband ipvs kernel_hung mdadm",
    "meminfo_numa mountstats nfs nfsd nvme nvmesubsystem pcidevice perf powersupplyclass rapl tapestats thermal_zone",
    "watchdog wifi xfs zfs",
  ].flatMap((line) => line.split(" ")),
);

/** Collects the metrics of all environments. */
class Observer {
  private readonly own = new Set<string>();
  private readonly collectors = new Map<string, Found>();

  public constructor(
    private readonly flags: CollectorFlags,
    private readonly log: Log,
  ) {}

  public get observation(): Observation {
    const { collectors: byDefault } = this.flags;
    const collectors: Record<string, Collector> = {};
    for (const [name, { observed, possible }] of this.collectors)
      collectors[name] = { byDefault: byDefault.get(name) ?? false, ...metricNamesOf(observed, possible) };
    return { observed: sorted(this.own), collectors };
  }

  /** Observes each collector by itself, and the metrics that each of its options adds. */
  public async observe(environment: Environment): Promise<void> {
    const names = [...this.flags.collectors.keys()];
    const all = [...environment.flags, ...names.map((name) => `--collector.${name}`)];
    const bare = await read(environment, all, names);
    const own = [...bare.values()].reduce((left, right) => new Set([...left].filter((metric) => right.has(metric))));
    for (const metric of own) this.own.add(metric);
    for (const [name, metrics] of bare) this.add(environment, name, minus(metrics, own));
    for (const name of this.flags.switches) {
      const [collector = ""] = name.split(".");
      const before = bare.get(collector);
      // Some options belong to a collector that this build does not have.
      if (before === undefined) continue;
      const after = await this.withOption(environment, [...all, `--collector.${name}`], collector);
      if (after === undefined) continue;
      const added = minus(after, before);
      // An option that replaces names adds none.
      if (added.size > 0 && minus(before, after).size === 0) this.add(environment, name, added);
    }
  }

  /** The metrics of a collector with an option. Logs and returns undefined if node exporter fails with it. */
  private async withOption(environment: Environment, flags: readonly string[], collector: string) {
    try {
      return (await read(environment, flags, [collector])).get(collector);
    } catch {
      this.log(`node_exporter: ${environment.name}: no answer with ${flags.at(-1) ?? ""}`);
      return undefined;
    }
  }

  private add({ usual }: Environment, name: string, metrics: Iterable<string>): void {
    const found = this.collectors.get(name) ?? { observed: new Set(), possible: new Set() };
    this.collectors.set(name, found);
    const [collector = name] = name.split(".");
    const target = usual && !RARE.has(collector) ? found.observed : found.possible;
    for (const metric of metrics) target.add(metric);
  }
}

/** The metrics of a collector. */
interface Found {
  readonly observed: Set<string>;
  readonly possible: Set<string>;
}

async function read(
  environment: Environment,
  flags: readonly string[],
  collectors: readonly string[],
): Promise<Map<string, Set<string>>> {
  const service = await environment.start(flags);
  try {
    const found = new Map<string, Set<string>>();
    for (const name of collectors) found.set(name, metricNames(await service.read(`?collect[]=${name}`)));
    return found;
  } finally {
    await service.stop();
  }
}

function minus(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((name) => !right.has(name)));
}

function thisMachine(binary: string, work: string): Environment {
  const directory = textfiles(work);
  return {
    name: "on this machine",
    usual: true,
    flags: [`--collector.textfile.directory=${directory}`],
    start: async (flags) => startOnLoopback(binary, flags),
  };
}

/** The kernel files of node exporter's own tests. They represent hardware that this machine does not have. */
async function fixtures(binary: string, work: string, log: Log): Promise<Environment | undefined> {
  const source = sources.find(({ name }) => name === nodeExporter.kind);
  const module = source === undefined ? undefined : await download(source, () => undefined).catch(() => undefined);
  const shipped = join(module?.directory ?? "", "collector", "fixtures");
  if (module === undefined || !existsSync(shipped)) {
    log("node_exporter: no metrics of other hardware, because its Go module is unavailable");
    return undefined;
  }
  const folder = join(work, "fixtures");
  cpSync(shipped, folder, { recursive: true });
  await run("chmod", ["-R", "u+w", folder]);
  // Some collectors read their own process, which the kernel files do not contain.
  symlinkSync("10", join(folder, "proc", "self"));
  for (const archive of ["sys", "udev"]) {
    const ttar = [join(module.directory, "ttar"), "-C", folder, "-x", "-f", join(folder, `${archive}.ttar`)];
    const { code, stderr } = await run("bash", ttar);
    if (code !== 0) throw new UserError(`cannot extract ${archive}.ttar: ${stderr.trim().slice(-500)}`);
  }
  writeSensors(join(folder, "sys"));
  return {
    name: "with the kernel files of its tests",
    usual: false,
    flags: [
      `--path.rootfs=${folder}`,
      `--path.procfs=${join(folder, "proc")}`,
      `--path.sysfs=${join(folder, "sys")}`,
      `--path.udev.data=${join(folder, "udev", "data")}`,
      `--collector.qdisc.fixtures=${join(folder, "qdisc")}`,
      `--collector.wifi.fixtures=${join(folder, "wifi")}`,
      `--collector.textfile.directory=${textfiles(work)}`,
    ],
    start: async (flags) => startOnLoopback(binary, flags),
  };
}

async function startOnLoopback(binary: string, flags: readonly string[]): Promise<Started> {
  const address = `127.0.0.1:${await freePort()}`;
  const service = await Service.start(binary, [...flags, `--web.listen-address=${address}`], `http://${address}/`);
  return { read: async (query) => get(`http://${address}/metrics${query}`), stop: async () => service.stop() };
}

/** A folder with an empty metrics file, so that metrics about such files are emitted. */
function textfiles(work: string): string {
  const directory = join(work, "textfiles");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "empty.prom"), "# nothing\n");
  return directory;
}
