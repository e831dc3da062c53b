import { flagProblem } from "../../lib/flags";
import { rejectIf } from "../synthesis/errors";
import type { Component } from "./component";

/**
 * Validates additional command-line flags of a component.
 *
 * @returns the flags
 * @throws if a flag is malformed or refused, or is repeated although its program rejects that
 */
export function extraFlags(component: Component, flags: readonly string[] = []): readonly string[] {
  rejectIf(component, flagProblem(component.kind, flags));
  return flags;
}
