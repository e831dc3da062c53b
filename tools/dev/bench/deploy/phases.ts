import { Line } from "../../../local/lines";

/** A part of what a command took. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

const STEP = /^\[(STARTED|COMPLETED)\] (.*)$/;
const RESOURCE = /^\[OUTPUT\] (\S+): (creating|creation complete|destroying|destruction complete)\b/;
/** What of a stack's construct paths stands for its servers. */
const SERVER = /^network(\/|$)/;

/**
 * The phases of `npm run up` and `npm run down`, by what they print and when: the tool's own start, each of its steps,
 * and of the deploy what comes before the first resource and what the servers take. Steps that run at the same time
 * count each, so that the sum may be more than the whole.
 */
export function phases(lines: readonly Line[]): Phase[] {
  const steps = lines.flatMap(({ at, text }) => {
    const [, what, title = ""] = STEP.exec(text) ?? [];
    return what === undefined ? [] : [{ at, title, started: what === "STARTED" }];
  });
  const [first] = steps;
  return [
    ...(first === undefined ? [] : [{ name: "starting npm and the tool", seconds: first.at }]),
    ...steps
      .filter(({ started }) => started)
      .flatMap(({ at, title }): Phase[] => {
        const end = steps.find((step) => !step.started && step.title === title);
        return end === undefined ? [] : [{ name: title, seconds: end.at - at }];
      }),
    ...terraformPhases(lines, steps.findLast(({ title, started }) => started && title.includes("the stack"))?.at),
  ];
}

function terraformPhases(lines: readonly Line[], start: number | undefined): Phase[] {
  const resources = lines.flatMap(({ at, text }) => {
    const [, path] = RESOURCE.exec(text) ?? [];
    return path === undefined ? [] : [{ at, path }];
  });
  const [first] = resources;
  if (first === undefined || start === undefined) return [];
  const servers = resources.filter(({ path }) => SERVER.test(path)).map(({ at }) => at);
  return [
    { name: "of it synthesis, init, plan", seconds: first.at - start },
    ...(servers.length === 0
      ? []
      : [{ name: "of it the servers", seconds: Math.max(...servers) - Math.min(...servers) }]),
  ];
}
