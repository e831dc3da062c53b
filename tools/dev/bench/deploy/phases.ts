import { TimedLine } from "../../../local/timed-line";

/** A phase of a command. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

const STEP = /^\[(STARTED|COMPLETED)\] (.*)$/;
const RESOURCE = /^\[OUTPUT\] (\S+): (creating|creation complete|destroying|destruction complete)\b/;
/** The construct paths of servers and their network. */
const SERVER = /^network(\/|$)/;

/**
 * The phases of `npm run up` and `npm run down`, derived from their output: the start of npm and the command, then each
 * step. For the deploy, it also lists the time before the first resource and the creation of the servers. Steps that run
 * concurrently are counted separately, so the sum can exceed the total.
 */
export function phases(lines: readonly TimedLine[]): Phase[] {
  const steps = lines.flatMap(({ at, text }) => {
    const [, what, title = ""] = STEP.exec(text) ?? [];
    return what === undefined ? [] : [{ at, title, started: what === "STARTED" }];
  });
  const [first] = steps;
  return [
    ...(first === undefined ? [] : [{ name: "start of npm and the command", seconds: first.at }]),
    ...steps
      .filter(({ started }) => started)
      .flatMap(({ at, title }): Phase[] => {
        const end = steps.find((step) => !step.started && step.title === title);
        return end === undefined ? [] : [{ name: title, seconds: end.at - at }];
      }),
    ...terraformPhases(lines, steps.findLast(({ title, started }) => started && title.includes("the stack"))?.at),
  ];
}

function terraformPhases(lines: readonly TimedLine[], start: number | undefined): Phase[] {
  const resources = lines.flatMap(({ at, text }) => {
    const [, path] = RESOURCE.exec(text) ?? [];
    return path === undefined ? [] : [{ at, path }];
  });
  const [first] = resources;
  if (first === undefined || start === undefined) return [];
  const servers = resources.filter(({ path }) => SERVER.test(path)).map(({ at }) => at);
  return [
    { name: "of that, synthesis, init, plan", seconds: first.at - start },
    ...(servers.length === 0
      ? []
      : [{ name: "of that, the servers", seconds: Math.max(...servers) - Math.min(...servers) }]),
  ];
}
