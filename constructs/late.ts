import { Lazy } from "cdktf";

/** A string that is found out late, at synthesis. */
export function late(produce: () => string): string {
  return Lazy.stringValue({ produce });
}
