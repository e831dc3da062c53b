import { defaultCollectors } from "./catalogue";

const DISABLE_DEFAULTS = "--collector.disable-defaults";

/**
 * Reads which collectors the user's command-line flags of node exporter enable and disable. Node exporter accepts each
 * flag only once.
 */
export class CollectorFlags {
  private readonly turnedOn = new Set<string>();
  private readonly turnedOff = new Set<string>();
  private readonly byDefault: readonly string[];

  /** @param all all command-line flags, including those that do not concern collectors */
  public constructor(public readonly all: readonly string[]) {
    for (const flag of all) {
      const [, no, name] = /^--(no-)?collector\.([^=]+)$/.exec(flag) ?? [];
      if (name === undefined || flag === DISABLE_DEFAULTS) continue;
      (no === undefined ? this.turnedOn : this.turnedOff).add(name);
    }
    this.byDefault = all.includes(DISABLE_DEFAULTS) ? [] : defaultCollectors();
  }

  /** Whether the flags disable any collector. */
  public get disablesCollectors(): boolean {
    return this.turnedOff.size > 0;
  }

  /** Returns the collectors that are enabled after the `wanted` ones have been added. */
  public enabled(wanted: readonly string[]): string[] {
    return [...new Set([...this.byDefault, ...this.turnedOn, ...wanted])].filter((name) => !this.isOff(name)).sort();
  }

  /** Returns the wanted collectors that need a flag, because neither the user's flags nor the defaults enable them. */
  public missing(wanted: readonly string[]): string[] {
    const present = new Set([...this.byDefault, ...this.turnedOn]);
    return [...new Set(wanted)].filter((name) => !present.has(name) && !this.isOff(name)).sort();
  }

  /** Whether the user's flags disable a collector, or the collector that an option belongs to. */
  private isOff(name: string): boolean {
    return this.turnedOff.has(name) || this.turnedOff.has(name.split(".")[0] ?? name);
  }
}
