import { readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "./paths";

/** Rules for the command-line flags that users add to a component. */
export interface FlagRules {
  /**
   * Library that reads the flags. `kingpin`: two dashes, `--no-name` turns a flag off, and most flags must not be
   * repeated. `go`: one or two dashes, and any flag may be repeated.
   */
  readonly syntax: "kingpin" | "go";
  /** Flags that users must not set, each with the prop to use instead; empty if there is none. */
  readonly refused: Readonly<Record<string, string>>;
  /** Flags of the role that the user's flag of the same name replaces, each with other flags that replace it too. */
  readonly replaceable: Readonly<Record<string, readonly string[]>>;
  /** Flags with a list of values, separated by commas: the role passes its values and the user's. */
  readonly merged: readonly string[];
  /** Flags that a command line may contain several times. */
  readonly repeatable: readonly string[];
}

/** The rules by kind of component, from `playbooks/flags.json`. The filter `with_extra_flags` of the roles reads the same file. */
export const flagRules = JSON.parse(readFileSync(join(playbooksDirectory, "flags.json"), "utf8")) as Readonly<
  Record<string, FlagRules>
>;

/** Returns why a component does not accept these command-line flags from the user; undefined if it accepts them. */
export function flagProblem(kind: string, flags: readonly string[]): string | undefined {
  const rules = flagRules[kind];
  if (!rules) throw new Error(`"${kind}" is not in playbooks/flags.json: add the rules of its flags`);
  const seen = new Set<string>();
  for (const flag of flags) {
    const name = parse(flag, rules);
    if (name === undefined) return malformed(flag);
    const positive = rules.syntax === "kingpin" ? name.replace(/^no-/, "") : name;
    const found = refusal(name, rules) ?? refusal(positive, rules);
    if (found !== undefined) return found;
    if (seen.has(positive) && !rules.repeatable.includes(positive) && rules.syntax === "kingpin")
      return `extraFlags contains --${positive} twice: remove one of them`;
    seen.add(positive);
  }
  return undefined;
}

function parse(flag: string, { syntax }: FlagRules): string | undefined {
  const dashes = syntax === "go" ? "--?" : "--";
  return new RegExp(`^${dashes}([a-z0-9][A-Za-z0-9._-]*)(=.*)?$`).exec(flag)?.[1];
}

function malformed(flag: string): string {
  const [, name = "name", value = ""] = /^-{1,2}([A-Za-z][\w.-]+)(?:[ =](.*))?$/.exec(flag) ?? [];
  const remedy = name === "name" ? '"--name" or "--name=value"' : `"--${name}${value === "" ? "" : `=${value}`}"`;
  return `"${flag}" is not a flag: write ${remedy}`;
}

function refusal(name: string, { refused }: FlagRules): string | undefined {
  if (!Object.hasOwn(refused, name)) return undefined;
  const prop = refused[name] ?? "";
  return prop === ""
    ? `extraFlags: cdktf-monitoring depends on the value of --${name}: remove the flag`
    : `extraFlags: the prop ${prop} sets --${name}: remove the flag, and set the prop`;
}
