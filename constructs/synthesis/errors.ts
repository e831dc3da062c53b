import { IConstruct } from "constructs";

/** An error for the user that begins with the construct it is about. */
export function constructError(construct: IConstruct, text: string): Error {
  return new Error(`${construct.node.path}: ${text}`);
}

/**
 * Refuses what a check found wrong.
 *
 * @throws when `found` is a sentence
 */
export function rejectIf(construct: IConstruct, found: string | undefined): void {
  if (found !== undefined) throw constructError(construct, found);
}

/**
 * What `action` returns.
 *
 * @param what what it is about, before the text of its error
 * @throws its error, with the construct's path before it
 */
export function withConstructPath<T>(construct: IConstruct, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw constructError(construct, `${what}${error instanceof Error ? error.message : String(error)}`);
  }
}
