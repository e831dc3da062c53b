import { Lazy, MapTerraformIterator, TerraformIterator, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";

/** A string that is found out late, at synthesis. */
export function lazyString(produce: () => string): string {
  return Lazy.stringValue({ produce });
}

/**
 * What a block's `for_each` goes over, found out late, at synthesis: a fixed number of blocks for any number of servers.
 * Its keys are plain text; tokens in its values were made before, for one that is made by whoever renders it late
 * refers to the wrong stack.
 *
 * It goes over a local value, for Terraform evaluates `for_each` again for each instance: where all of them are written
 * there, a plan takes minutes for a thousand.
 *
 * @param id the local value's, in its scope
 */
export function lazyForEach(
  scope: Construct,
  id: string,
  produce: () => Readonly<Record<string, unknown>>,
): MapTerraformIterator {
  const entries = new TerraformLocal(scope, id, Lazy.anyValue({ produce }));
  return TerraformIterator.fromMap(Token.asAnyMap(entries.expression));
}
