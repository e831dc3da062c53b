/** Returns a problem with the name of the setting in front of it, or undefined if there is no problem. */
export function prefixed(where: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${where}: ${problem}`;
}
