const MAX_REPETITIONS = 1000;
const MAX_LENGTH = 1000;

/**
 * The first problem with a regular expression as Alertmanager (RE2) takes it, or undefined. It admits what RE2 and
 * JavaScript understand alike, and refuses the rest: Alertmanager would refuse a wrong one only on the server.
 */
export function expressionProblem(expression: string): string | undefined {
  if (expression.length > MAX_LENGTH) return `the expression is longer than ${MAX_LENGTH} characters`;
  const body = expression.replace(/^\(\?[is]+\)/, "");
  const foreign =
    /\(\?(?!:|P?<[A-Za-z_]\w*>)[^]{0,2}/.exec(body)?.[0] ?? // look-around and flags within
    /\[\^?\]|\[:/.exec(body)?.[0] ?? // empty in JavaScript, classes by name in RE2
    /\[(?:\\[^]|[^\]\\])*\\b/.exec(body)?.[0] ?? // a backspace in JavaScript
    [...body.matchAll(/\\[^]/g)].map(([escape]) => escape).find((escape) => !/\\[dDsSwWbBnrtfv\W]/.test(escape));
  if (foreign !== undefined) return `"${foreign}" is not understood in a regular expression here (RE2)`;
  try {
    new RegExp(body.replaceAll("(?P<", "(?<"), "u");
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
  }
  const repetitions = [...body.matchAll(/\{(?:\d+,)?(\d+),?\}/g)].map(([, most]) => Number(most));
  if (repetitions.reduce((product, count) => product * Math.max(count, 1), 1) > MAX_REPETITIONS)
    return `it repeats more than ${MAX_REPETITIONS} times`;
  return undefined;
}
