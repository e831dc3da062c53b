import { Figure } from "./benchmark";

/** Gathers samples by figure, in the order in which the figures first appear. */
export class Recorder {
  private readonly samples = new Map<string, { unit: string; goal?: number; values: number[] }>();

  /** Adds a sample of a figure. Unit and goal are those of its first. */
  public add(name: string, unit: string, value: number, goal?: number): void {
    const found = this.samples.get(name);
    if (found) found.values.push(value);
    else this.samples.set(name, { unit, ...(goal === undefined ? {} : { goal }), values: [value] });
  }

  public get figures(): Figure[] {
    return [...this.samples].map(([name, { values, ...rest }]) => ({ name, ...rest, samples: values }));
  }
}
