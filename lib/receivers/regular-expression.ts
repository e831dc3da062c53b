const MAX_REPETITIONS = 1000;
const MAX_LENGTH = 1000;

/**
 * Returns the first problem with a regular expression for Alertmanager (RE2), or undefined. Only syntax that has the
 * same meaning in RE2 and JavaScript is valid. Without this check, an invalid expression would fail only on the server.
 */
export function expressionProblem(expression: string): string | undefined {
  if (expression.length > MAX_LENGTH) return `the expression is longer than ${MAX_LENGTH} characters: shorten it`;
  const body = expression.replace(/^\(\?[is]+\)/, "");
  const unsupported =
    /\(\?(?!:|P?<[A-Za-z_]\w*>)[^]{0,2}/.exec(body)?.[0] ?? // look-around, and flags that are not at the beginning
    /\[\^?\]|\[:/.exec(body)?.[0] ?? // an empty class in JavaScript, a class by name in RE2
    /\[(?:\\[^]|[^\]\\])*\\b/.exec(body)?.[0] ?? // a backspace in JavaScript
    [...body.matchAll(/\\[^]/g)].map(([escape]) => escape).find((escape) => !/\\[dDsSwWbBnrtfv\W]/.test(escape));
  if (unsupported !== undefined)
    return `"${unsupported}" is not supported: use the common syntax of RE2 and JavaScript`;
  try {
    new RegExp(body.replaceAll("(?P<", "(?<"), "u");
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
  }
  const repetitions = [...body.matchAll(/\{(?:\d+,)?(\d+),?\}/g)].map(([, most]) => Number(most));
  if (repetitions.reduce((product, count) => product * Math.max(count, 1), 1) > MAX_REPETITIONS)
    return `the repetition counts in the expression multiply to more than ${MAX_REPETITIONS}: use smaller counts`;
  return undefined;
}
