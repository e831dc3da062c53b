import { Fleet } from "./fleet";
import { Observation } from "./observation";
import { Plan } from "./plan";
import { Verdict } from "./verdict";

/** All measurements of a Monitoring. */
export interface Measurement {
  readonly fleet: Fleet;
  readonly plan: Plan;
  /** The observations, by server. */
  readonly observations: ReadonlyMap<string, Observation>;
  readonly verdicts: readonly Verdict[];
  /** The last recorded drill of the stack. */
  readonly drill?: Drill;
  /** Rules of the cloud firewall that the stack did not create; undefined if no cloud reports them. */
  readonly surplusRules?: readonly string[];
}

/** A drill: the stack was destroyed and rebuilt. */
export interface Drill {
  /** Start, in ISO 8601. */
  readonly date: string;
  /** Total duration of destroying and rebuilding the stack. */
  readonly seconds: number;
  /** Path of the drill's record. */
  readonly file: string;
}
