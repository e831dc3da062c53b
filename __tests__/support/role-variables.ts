import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython } from "./ansible";

const PROGRAM = `import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
given = json.load(sys.stdin)
def trust(value):
    if isinstance(value, dict): return {key: trust(each) for key, each in value.items()}
    if isinstance(value, list): return [trust(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value
templar = Templar(loader=DataLoader(), variables=trust(given["variables"]))
print(json.dumps(templar.template(trust(given["wanted"]))))`;

const roles = join(playbooksDirectory, "roles");
const load = (role: string, folder: string): object =>
  parse(readFileSync(join(roles, role, folder, "main.yml"), "utf8")) as object;

/**
 * Renders the templates in `wanted` as Ansible does in a run of the role `role`: with the variables of the role `base`, those of the
 * role, and `variables`. Only a test of `ansibleTest` may call it.
 */
export function renderRole<T extends object>(role: string, variables: object, wanted: T): T {
  const output = execFileSync(ansiblePython() ?? "", ["-c", PROGRAM], {
    input: JSON.stringify({
      variables: {
        ...load("base", "vars"),
        ...load(role, "defaults"),
        ...load(role, "vars"),
        ansible_search_path: [join(roles, role)],
        ...variables,
      },
      wanted,
    }),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  return JSON.parse(output) as T;
}
