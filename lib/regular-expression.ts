/**
 * Returns a function that tells whether a regular expression matches a whole value, as in Prometheus and Loki. An
 * expression that only RE2 supports is assumed to match every value but the empty one.
 */
export function fullMatcher(expression: string): (value: string) => boolean {
  const [, flags = "", rest = expression] = /^\(\?([is]+)\)(.*)$/s.exec(expression) ?? [];
  try {
    const compiled = new RegExp(`^(?:${rest})$`, flags);
    return (value) => compiled.test(value);
  } catch {
    return (value) => value !== "";
  }
}

/** Returns a regular expression that matches a text literally. */
export function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
