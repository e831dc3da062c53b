import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Collector } from "../../../lib/metrics/catalogue";
import { run, UserError, type Log } from "../../cli/common";
import { sources } from "../../local/source";
import { download } from "../../local/source/go";
import { metricNames } from "./exposition";
import { Observation, Program, sorted } from "./program";
import { bootedServer } from "./server";
import { freePort, get, Service } from "./service";

/** Somewhere to run node exporter. */
export interface Place {
  /** For people. */
  readonly name: string;
  /** Flags that it needs there. */
  readonly flags: readonly string[];
  /** Starts it with flags. */
  start(flags: readonly string[]): Promise<Started>;
}

/** Node exporter while it runs. */
export interface Started {
  /** Its metrics, as a query such as `?collect[]=cpu` has them. */
  read(query: string): Promise<string>;
  stop(): Promise<void>;
}

/** Node exporter, by collector: on this machine, on a local server, and on the kernel files that its own tests come with. */
export const nodeExporter: Program = {
  kind: "node_exporter",
  observe: async (home, work, log) => {
    const binary = join(home, "node_exporter");
    const { stderr, stdout } = await run(binary, ["--help"]);
    const offer = readHelp(stdout + stderr);
    const server = await bootedServer(binary, log);
    try {
      const places = [hereOn(binary, work), await fixtures(binary, work, log), server?.place];
      const found = new Findings(offer, log);
      for (const place of places) {
        if (place === undefined) continue;
        log(`node_exporter: ${place.name}`);
        await found.look(place);
      }
      return found.observation;
    } finally {
      await server?.remove();
    }
  },
};

/** What can be switched on, by the name after `--collector.`. */
export interface Offer {
  /** The collectors, and whether they are on by themselves. */
  readonly collectors: ReadonlyMap<string, boolean>;
  /** Their switches, as `systemd.enable-restarts-metrics`. */
  readonly switches: readonly string[];
}

/** Reads `node_exporter --help`. */
export function readHelp(help: string): Offer {
  const text = help.replace(/\s+/g, " ");
  const collectors = text.matchAll(/--\[no-\]collector\.(\S+) Enable the \S+ collector \(default: (\w+)\)/g);
  const switches = text.matchAll(/--\[no-\]collector\.(\w+\.\S+)/g);
  return {
    collectors: new Map([...collectors].map(([, name = "", state]) => [name, state === "enabled"])),
    switches: [...switches].map(([, name = ""]) => name),
  };
}

/** What was seen so far, in all places. */
class Findings {
  private readonly own = new Set<string>();
  private readonly collectors = new Map<string, Set<string>>();

  public constructor(
    private readonly offer: Offer,
    private readonly log: Log,
  ) {}

  public get observation(): Observation {
    const { collectors: byDefault } = this.offer;
    const collectors: Record<string, Collector> = {};
    for (const name of sorted(this.collectors.keys())) {
      collectors[name] = { byDefault: byDefault.get(name) ?? false, metrics: sorted(this.collectors.get(name) ?? []) };
    }
    return { metrics: sorted(this.own), collectors };
  }

  /** Looks at each collector by itself, and at what each switch adds to it. */
  public async look(place: Place): Promise<void> {
    const names = [...this.offer.collectors.keys()];
    const all = [...place.flags, ...names.map((name) => `--collector.${name}`)];
    const bare = await ask(place, all, names);
    const own = [...bare.values()].reduce((left, right) => new Set([...left].filter((metric) => right.has(metric))));
    for (const metric of own) this.own.add(metric);
    for (const [name, seen] of bare) this.add(name, minus(seen, own));
    for (const name of this.offer.switches) {
      const [collector = ""] = name.split(".");
      const before = bare.get(collector);
      // Some are for a collector that is not in this build.
      if (before === undefined) continue;
      const after = await this.switched(place, [...all, `--collector.${name}`], collector);
      if (after === undefined) continue;
      const added = minus(after, before);
      // One that replaces names by others is no way to have more of them.
      if (added.size > 0 && minus(before, after).size === 0) this.add(name, added);
    }
  }

  /** What a collector has with a switch; undefined, with a word about it, where node exporter does not survive that. */
  private async switched(place: Place, flags: readonly string[], collector: string) {
    try {
      return (await ask(place, flags, [collector])).get(collector);
    } catch {
      this.log(`node_exporter: ${place.name} it does not answer with ${flags.at(-1) ?? ""}`);
      return undefined;
    }
  }

  private add(name: string, metrics: Iterable<string>): void {
    this.collectors.set(name, new Set([...(this.collectors.get(name) ?? []), ...metrics]));
  }
}

async function ask(
  place: Place,
  flags: readonly string[],
  collectors: readonly string[],
): Promise<Map<string, Set<string>>> {
  const service = await place.start(flags);
  try {
    const seen = new Map<string, Set<string>>();
    for (const name of collectors) seen.set(name, metricNames(await service.read(`?collect[]=${name}`)));
    return seen;
  } finally {
    await service.stop();
  }
}

function minus(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((name) => !right.has(name)));
}

function hereOn(binary: string, work: string): Place {
  const directory = textfiles(work);
  return {
    name: "on this machine",
    flags: [`--collector.textfile.directory=${directory}`],
    start: async (flags) => startOnLoopback(binary, flags),
  };
}

/** The kernel files on which node exporter's own tests run: they stand for hardware that this machine does not have. */
async function fixtures(binary: string, work: string, log: Log): Promise<Place | undefined> {
  const source = sources.find(({ name }) => name === nodeExporter.kind);
  const module = source === undefined ? undefined : await download(source, () => undefined).catch(() => undefined);
  const shipped = join(module?.directory ?? "", "collector", "fixtures");
  if (module === undefined || !existsSync(shipped)) {
    log(
      "node_exporter: its Go module is not there: metrics of hardware that this machine does not have are not looked for",
    );
    return undefined;
  }
  const folder = join(work, "fixtures");
  cpSync(shipped, folder, { recursive: true });
  await run("chmod", ["-R", "u+w", folder]);
  // Some collectors look at their own process, which is in no kernel's files but its own.
  symlinkSync("10", join(folder, "proc", "self"));
  for (const archive of ["sys", "udev"]) {
    const ttar = [join(module.directory, "ttar"), "-C", folder, "-x", "-f", join(folder, `${archive}.ttar`)];
    const { code, stderr } = await run("bash", ttar);
    if (code !== 0) throw new UserError(`${archive}.ttar can't be unpacked: ${stderr.trim().slice(-500)}`);
  }
  return {
    name: "on the files of its tests",
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

/** A folder with one file of metrics, so that what is told about such files is seen. It holds none that would be taken for node exporter's. */
function textfiles(work: string): string {
  const directory = join(work, "textfiles");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "empty.prom"), "# nothing\n");
  return directory;
}
