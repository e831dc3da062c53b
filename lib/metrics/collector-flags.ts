import { defaultCollectors } from "./catalogue";

const DISABLE_DEFAULTS = "--collector.disable-defaults";

/** What a user's own command-line flags say about node exporter's collectors; it takes each of these flags only once. */
export class CollectorFlags {
  private readonly on = new Set<string>();
  private readonly off = new Set<string>();
  private readonly byDefault: readonly string[];

  /** @param all the flags, of whatever */
  public constructor(public readonly all: readonly string[]) {
    for (const flag of all) {
      const [, no, name] = /^--(no-)?collector\.([^=]+)$/.exec(flag) ?? [];
      if (name === undefined || flag === DISABLE_DEFAULTS) continue;
      (no === undefined ? this.on : this.off).add(name);
    }
    this.byDefault = all.includes(DISABLE_DEFAULTS) ? [] : defaultCollectors();
  }

  /** Whether they switch anything off. */
  public get disablesCollectors(): boolean {
    return this.off.size > 0;
  }

  /** All that is on where some are wanted. */
  public enabled(wanted: readonly string[]): string[] {
    return [...new Set([...this.byDefault, ...this.on, ...wanted])].filter((name) => !this.isOff(name)).sort();
  }

  /** What must be switched on so that what is wanted is on, beside these flags and what is on by itself. */
  public missing(wanted: readonly string[]): string[] {
    const present = new Set([...this.byDefault, ...this.on]);
    return [...new Set(wanted)].filter((name) => !present.has(name) && !this.isOff(name)).sort();
  }

  /** Whether it, or the collector whose switch it is, is switched off. */
  private isOff(name: string): boolean {
    return this.off.has(name) || this.off.has(name.split(".")[0] ?? name);
  }
}
