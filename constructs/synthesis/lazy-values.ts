import { Lazy, MapTerraformIterator, TerraformIterator, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";

/** Returns a string that is computed at synthesis. */
export function lazyString(produce: () => string): string {
  return Lazy.stringValue({ produce });
}

/**
 * Returns an iterator for the `for_each` of a block, whose entries are computed at synthesis. The number of blocks stays
 * fixed for any number of servers.
 *
 * Keys are plain text. Tokens in the values must exist before synthesis, because a token that is created during synthesis
 * refers to the wrong stack.
 *
 * The entries are a local value, because Terraform evaluates `for_each` again for each instance: with inline entries, the
 * plan of a thousand servers takes minutes.
 *
 * @param id construct id of the local value
 */
export function lazyForEach(
  scope: Construct,
  id: string,
  produce: () => Readonly<Record<string, unknown>>,
): MapTerraformIterator {
  const entries = new TerraformLocal(scope, id, Lazy.anyValue({ produce }));
  return TerraformIterator.fromMap(Token.asAnyMap(entries.expression));
}
