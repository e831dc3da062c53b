import { Architecture } from "./architecture";

/** Instance families on Xen, whose disks are not named after their volumes (docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html). */
const XEN = new Set(
  "c1 c3 c4 cc2 cg1 cr1 d2 f1 g2 g3 g3s h1 hi1 hs1 i2 i3 m1 m2 m3 m4 p2 p3 r3 r4 t1 t2 x1 x1e".split(" "),
);

/**
 * Returns the architecture of an EC2 instance type such as `t3.small`. Graviton types have a `g` after the generation
 * number, except `a1`.
 */
export function instanceArchitecture(instanceType: string): Architecture {
  return /^([a-z]+\d+[a-z]*g[a-z]*|a1)\./.test(instanceType) ? Architecture.ARM64 : Architecture.AMD64;
}

/** Returns what is wrong with an instance type, or undefined. */
export function instanceTypeProblem(instanceType: string): string | undefined {
  if (/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(instanceType)) return undefined;
  return `"${instanceType}" is not an EC2 instance type: use one such as "t3.small"`;
}

/** Whether an instance type names its disks after their volumes. All Nitro instances do. */
export function hasNvmeDisks(instanceType: string): boolean {
  return !XEN.has(instanceType.replace(/\..*$/, ""));
}
