/**
 * Whether a version such as `1.26.8`, `go1.26rc1` or `v1.11.4` is at least `wanted`. Compares only the numbers, so a
 * pre-release counts as its release.
 */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const left = numbers(version);
  for (const [index, right] of numbers(wanted).entries()) {
    const difference = (left[index] ?? 0) - right;
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}
