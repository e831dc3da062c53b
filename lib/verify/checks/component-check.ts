import { Commands, Failure } from "../failures";
import { Measurement } from "../measurement";
import { count } from "../text";
import { Outcome } from "../outcome";
import { Check, CheckResult, outcomeOf } from "./check";

/** The result of a program in `playbooks/verification/checks`: its values, or why there are none. */
interface Result {
  readonly error?: string;
}

/** The values that a component returned, and the server that it runs on. */
export interface ComponentResult<T> {
  readonly host: string;
  readonly values: T;
}

/** The results of all components of one kind. */
interface ComponentResults<T> {
  /** Number of components. */
  readonly total: number;
  /** Components that returned values. */
  readonly results: readonly ComponentResult<T>[];
  /** Components that returned an error. */
  readonly errors: readonly { readonly host: string; readonly error: string }[];
}

/** The results of all components of a kind. The other components are on servers that could not be observed. */
export function componentResults<T>({ fleet, observations }: Measurement, kind: string): ComponentResults<T> {
  const hosts = fleet.servers.filter(({ componentUrls }) => componentUrls[kind] !== undefined);
  const all = hosts.flatMap(({ name: host }) => {
    const values = observations.get(host)?.checks.get(kind) as (T & Result) | undefined;
    return values === undefined ? [] : [{ host, values }];
  });
  return {
    total: hosts.length,
    results: all.filter(({ values }) => values.error === undefined),
    errors: all.flatMap(({ host, values: { error } }) => (error === undefined ? [] : [{ host, error }])),
  };
}

/** The components that answered, at least one. */
export type Results<T> = readonly [ComponentResult<T>, ...ComponentResult<T>[]];

/** What a check concludes from the values of the components. */
type Conclusion = Pick<CheckResult, "summary" | "failures"> & {
  readonly details?: readonly string[];
  /** Whether everything could be measured. @default true */
  readonly complete?: boolean;
  /** Whether there was nothing to measure. @default false */
  readonly skipped?: boolean;
};

/** Everything that a check may use in addition to the values of the components. */
interface Context {
  readonly commands: Commands;
  readonly measurement: Measurement;
  /** Number of components of the kind, including those that did not answer. */
  readonly total: number;
  /** The command that starts the component's run again on a server. */
  readonly repair: (host: string) => string;
}

/** A check of all components of one kind. */
interface ComponentCheck<T> {
  readonly name: string;
  readonly kind: string;
  /** Name of the component for people, such as `Loki`. */
  readonly component: string;
  readonly conclude: (results: Results<T>, context: Context) => Conclusion;
}

/** Builds a check that fails if a component returns an error, and is not measured if a component does not answer. */
export function componentCheck<T>({ name, kind, component, conclude }: ComponentCheck<T>): Check {
  return (measurement, commands) => {
    const { total, results, errors } = componentResults<T>(measurement, kind);
    if (total === 0) return undefined;
    const repair = (host: string): string => commands.play(kind, host, true);
    const [first, ...others] = results;
    const conclusion =
      first === undefined ? undefined : conclude([first, ...others], { commands, measurement, total, repair });
    const failures: Failure[] = [
      ...errors.map(({ host, error }) => ({ problem: `${component} on ${host}: ${error}`, fix: repair(host) })),
      ...(conclusion?.failures ?? []),
    ];
    const answered = results.length + errors.length;
    const missing = results.length === total ? "" : ` (${results.length} answered)`;
    const outcome = outcomeOf(failures, answered === total && conclusion?.complete !== false);
    return {
      name,
      outcome: outcome === Outcome.PASS && conclusion?.skipped === true ? Outcome.SKIPPED : outcome,
      summary: `${count(total, component)}${missing}${conclusion === undefined ? "" : `: ${conclusion.summary}`}`,
      details: conclusion?.details ?? [],
      failures,
    };
  };
}

/** The failures of components that see more or fewer cluster members than the stack has. */
export function clusterFailures<T extends { readonly members: number }>(
  component: string,
  results: readonly ComponentResult<T>[],
  { total, repair }: Context,
): Failure[] {
  return results
    .filter(({ values }) => values.members !== total)
    .map(({ host, values }) => ({
      problem: `${component} on ${host} sees ${values.members} cluster members, expected ${total}`,
      fix: repair(host),
    }));
}
