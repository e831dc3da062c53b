import { Lazy, MapTerraformIterator, TerraformIterator, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import { literalForTerraform } from "../../lib/templates";

/** Returns a string that is computed at synthesis. Terraform reads no template in it. */
export function lazyString(produce: () => string): string {
  return Lazy.stringValue({ produce: () => literalForTerraform(produce()) });
}

/**
 * Returns a local value of Terraform that is computed at synthesis. Terraform reads no template in it.
 *
 * @param id construct id of the local value
 */
export function lazyLocal(scope: Construct, id: string, produce: () => unknown): TerraformLocal {
  return new TerraformLocal(scope, id, Lazy.anyValue({ produce: () => literalForTerraform(produce()) }));
}

/**
 * Returns an iterator for the `for_each` of a block, whose entries are computed at synthesis. The number of blocks stays
 * fixed for any number of servers.
 *
 * Terraform reads no template in keys and values. Tokens in the values must exist before synthesis, because a token that is created during synthesis
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
  const entries = lazyLocal(scope, id, produce);
  return TerraformIterator.fromMap(Token.asAnyMap(entries.expression));
}
