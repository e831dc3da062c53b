import { Figure } from "./benchmark";
import { ratios } from "./statistics";

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

  /**
   * What was recorded of two that do the same, sample by sample: for each figure `<left>, <what>` how many times that of
   * `<right>` it is.
   *
   * @param goals what the median should be at most, by `<what>`
   */
  public ratios(left: string, right: string, goals: Readonly<Record<string, number>> = {}): Figure[] {
    return [...this.samples]
      .filter(([name]) => name.startsWith(`${left}, `))
      .flatMap(([name, { values }]): Figure[] => {
        const what = name.slice(`${left}, `.length);
        const other = this.samples.get(`${right}, ${what}`);
        if (other === undefined) return [];
        const goal = goals[what];
        return [
          {
            name: `${left} / ${right}, ${what}`,
            unit: "×",
            samples: ratios(values, other.values),
            ...(goal === undefined ? {} : { goal }),
          },
        ];
      });
  }
}
