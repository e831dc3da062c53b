import { IConstruct } from "constructs";

/** An error for the user that begins with the construct it is about. */
export function problem(construct: IConstruct, text: string): Error {
  return new Error(`${construct.node.path}: ${text}`);
}

/**
 * Refuses what a check found wrong.
 *
 * @throws when `found` is a sentence
 */
export function refuse(construct: IConstruct, found: string | undefined): void {
  if (found !== undefined) throw problem(construct, found);
}

/**
 * What `action` returns.
 *
 * @param what what it is about, before the text of its error
 * @throws its error, with the construct's path before it
 */
export function located<T>(construct: IConstruct, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw problem(construct, `${what}${error instanceof Error ? error.message : String(error)}`);
  }
}
