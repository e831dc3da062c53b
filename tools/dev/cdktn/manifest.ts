import packageJson from "../../../package.json";
import { NODE, PEERS } from "./versions";

const UNPUBLISHED = ["scripts", "devDependencies", "overrides"];

/** The parts of `package.json` that differ between the packages. */
type Manifest = Omit<Partial<typeof packageJson>, "bin" | "peerDependencies" | "peerDependenciesMeta"> & {
  readonly bin: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
};

/** Returns the `package.json` of the package for cdktn. */
export function cdktnManifest(): Manifest {
  const program = packageJson.bin["cdktf-monitoring"];
  return {
    // The published package is not built or tested again.
    ...Object.fromEntries(Object.entries(packageJson).filter(([name]) => !UNPUBLISHED.includes(name))),
    name: "cdktn-monitoring",
    description: packageJson.description.replace("CDKTF", "CDK Terrain"),
    keywords: packageJson.keywords.flatMap((word) => (word === "cdktf" ? ["cdktn", "cdk-terrain"] : [word])),
    // Runbooks and messages on servers contain "npx cdktf-monitoring", which must work too.
    bin: { "cdktn-monitoring": program, "cdktf-monitoring": program },
    engines: { node: NODE },
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(
      Object.entries(packageJson.peerDependenciesMeta).map(([name, meta]) => [
        name.replace("@cdktf/", "@cdktn/"),
        meta,
      ]),
    ),
  };
}
