import { Annotations, Aspects } from "cdktf";
import { Construct, IConstruct } from "constructs";

/**
 * Adds warnings to a construct at synthesis, when all components are placed.
 *
 * @param warnings returns the warnings
 */
export function warnAtSynthesis(construct: Construct, warnings: () => readonly string[]): void {
  const visit = (node: IConstruct) => {
    if (node === construct) for (const warning of warnings()) Annotations.of(construct).addWarning(warning);
  };
  Aspects.of(construct).add({ visit });
}
