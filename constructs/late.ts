import { Lazy, MapTerraformIterator, TerraformIterator, Token } from "cdktf";

/** A string that is found out late, at synthesis. */
export function late(produce: () => string): string {
  return Lazy.stringValue({ produce });
}

/**
 * What a block's `for_each` goes over, found out late, at synthesis: a fixed number of blocks for any number of servers.
 * Its keys are plain text; tokens in its values were made before, for one that is made by whoever renders it late
 * refers to the wrong stack.
 */
export function eachLate(produce: () => Readonly<Record<string, unknown>>): MapTerraformIterator {
  return TerraformIterator.fromMap(Token.asAnyMap(Lazy.anyValue({ produce })));
}
