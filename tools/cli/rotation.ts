import { runGroup } from "../../lib/inventory/inventory";
import { SecretReference } from "../../lib/inventory/secret";
import { UserError } from "./common";

/** A secret of a deployed stack. */
export interface DeployedSecret {
  /** The name by which its role knows it. */
  readonly name: string;
  /** Where this machine has it: an environment variable, or a file. */
  readonly place: string;
  /** The name of the run that brings it to its servers. */
  readonly run: string;
  readonly servers: readonly string[];
}

/** What is read of an inventory. */
interface Inventory {
  readonly all: {
    readonly children: Readonly<
      Record<
        string,
        {
          readonly hosts?: Readonly<Record<string, unknown>>;
          readonly vars?: { readonly monitoring_secrets?: readonly SecretReference[] };
        }
      >
    >;
  };
}

/**
 * The secrets of a deployed stack, in the order of its runs.
 *
 * @param runs the runs by the names that people give them
 */
export function deployedSecrets(
  runs: ReadonlyMap<string, { readonly name: string; readonly inventory: string }>,
): DeployedSecret[] {
  return [...runs].flatMap(([run, { name: group, inventory }]) => {
    const { hosts, vars } = (JSON.parse(inventory) as Inventory).all.children[runGroup(group)] ?? {};
    const servers = Object.keys(hosts ?? {}).sort();
    return (vars?.monitoring_secrets ?? []).map(({ name, environment, file }) => ({
      name,
      place: environment ?? file ?? "",
      run,
      servers,
    }));
  });
}

/**
 * The secrets that were asked for, by their names or by where this machine has them; all, if none was.
 *
 * @throws UserError when there is none such
 */
export function wantedSecrets(secrets: readonly DeployedSecret[], wanted: readonly string[]): DeployedSecret[] {
  const known = secrets.map(({ name, place }) => `${name} (${place})`).join(", ") || "none";
  const unknown = wanted.find((text) => !secrets.some((secret) => isMeant(secret, text)));
  if (unknown !== undefined) throw new UserError(`"${unknown}" is no secret of this stack: there are ${known}`);
  return secrets.filter((secret) => wanted.length === 0 || wanted.some((text) => isMeant(secret, text)));
}

function isMeant({ name, place }: DeployedSecret, text: string): boolean {
  return text === name || text === place;
}
