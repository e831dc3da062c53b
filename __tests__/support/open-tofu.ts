import { spawnSync } from "node:child_process";
import { type GoModule } from "../../tools/local/source/go";
import { goProgram } from "./go-program";

const MODULE: GoModule = {
  name: "opentofu",
  module: "github.com/opentofu/opentofu",
  packages: ["cmd/tofu"],
  tags: [],
};

const runs = (program: string): boolean => spawnSync(program, ["version"], { stdio: "ignore" }).status === 0;

/** Why {@link openTofu} finds no OpenTofu on this machine; undefined if it does. */
export const missingOpenTofu = runs("tofu") || runs("go") ? undefined : "neither OpenTofu nor Go is installed";

/** Returns the name or path of OpenTofu: the installed one, or one built from its Go module, which takes some minutes once. */
export async function openTofu(): Promise<string> {
  return runs("tofu") ? "tofu" : goProgram(MODULE);
}
