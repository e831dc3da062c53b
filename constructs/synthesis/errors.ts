import { IConstruct } from "constructs";

/** Returns an error whose message begins with the path of the construct. */
export function constructError(construct: IConstruct, text: string): Error {
  return new Error(`${construct.node.path}: ${text}`);
}

/**
 * Throws the problem that a check found, if any.
 *
 * @throws if `found` is not undefined
 */
export function rejectIf(construct: IConstruct, found: string | undefined): void {
  if (found !== undefined) throw constructError(construct, found);
}

/**
 * Calls a function and puts the path of the construct in front of the message of its error.
 *
 * @param what name of the prop, in front of the message
 * @returns the result of the function
 * @throws the error of the function
 */
export function withConstructPath<T>(construct: IConstruct, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw constructError(construct, `${what}${error instanceof Error ? error.message : String(error)}`);
  }
}
