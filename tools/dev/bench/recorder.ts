import { Figure } from "./benchmark";
import { ratios } from "./statistics";

/** Collects samples by figure. The figures keep the order of their first samples. */
export class Recorder {
  private readonly samples = new Map<string, { unit: string; goal?: number; values: number[] }>();

  /** Adds a sample to a figure. The first sample determines the unit and the goal. */
  public add(name: string, unit: string, value: number, goal?: number): void {
    const found = this.samples.get(name);
    if (found) found.values.push(value);
    else this.samples.set(name, { unit, ...(goal === undefined ? {} : { goal }), values: [value] });
  }

  public get figures(): Figure[] {
    return [...this.samples].map(([name, { values, ...rest }]) => ({ name, ...rest, samples: values }));
  }

  /**
   * Compares two candidates: for each figure `<left>, <what>`, the ratios of its samples to those of `<right>, <what>`.
   *
   * @param goals upper limits for the medians, by `<what>`
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
