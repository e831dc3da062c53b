import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Aspects, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";

const ADDED = Symbol.for("cdktf-monitoring.null-provider");

/** Adds a null provider to the stack of `scope` at synthesis, unless the user added one. */
export function requireNullProvider(scope: Construct): void {
  const stack = TerraformStack.of(scope);
  if (Object.hasOwn(stack, ADDED)) return;
  Object.defineProperty(stack, ADDED, { value: true });
  Aspects.of(stack).add({
    visit(node: IConstruct): void {
      if (node === stack && !stack.node.findAll().some((child) => child instanceof NullProvider))
        new NullProvider(stack, "null");
    },
  });
}
