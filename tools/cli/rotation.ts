import { runGroup } from "../../lib/inventory/inventory";
import { SecretReference } from "../../lib/inventory/secret";
import { UserError } from "./user-error";

/** A secret that a run of a deployed stack installs on servers. */
export interface DeployedSecret {
  /** Name of the secret in its role. */
  readonly name: string;
  /** Where this machine stores the secret: the name of an environment variable, or a file. */
  readonly source: string;
  /** Name of the run that installs it. */
  readonly run: string;
  readonly servers: readonly string[];
}

/** The parts of an inventory that are read here. */
interface Inventory {
  readonly all: { readonly children: Readonly<Record<string, Group | undefined>> };
}

interface Group {
  readonly hosts?: Readonly<Record<string, Certificate | null>>;
  readonly vars?: Certificate & { readonly monitoring_secrets?: readonly SecretReference[] };
}

interface Certificate {
  readonly monitoring_certificate?: { readonly own?: Readonly<Record<string, SecretReference>> };
}

/**
 * The secrets of a deployed stack, in the order of its runs.
 *
 * @param runs the runs by the names that users type
 */
export function deployedSecrets(
  runs: ReadonlyMap<string, { readonly name: string; readonly inventory: string }>,
): DeployedSecret[] {
  return [...runs].flatMap(([run, { name: group, inventory }]) => {
    const { hosts = {}, vars = {} } = (JSON.parse(inventory) as Inventory).all.children[runGroup(group)] ?? {};
    const servers = Object.keys(hosts).sort();
    const secrets = (vars.monitoring_secrets ?? []).map((secret) => deployed(secret, run, servers));
    const certificates = servers.flatMap((server) => {
      const { monitoring_certificate: certificate } = { ...vars, ...hosts[server] };
      return Object.values(certificate?.own ?? {}).map((secret) => deployed(secret, run, [server]));
    });
    return [...secrets, ...certificates];
  });
}

function deployed(
  { name, environment, file }: SecretReference,
  run: string,
  servers: readonly string[],
): DeployedSecret {
  return { name, source: environment ?? file ?? "", run, servers };
}

/**
 * Selects secrets by name, environment variable or file.
 *
 * @param wanted what the user typed. Selects all secrets if empty.
 * @throws UserError if an entry of the list matches no secret
 */
export function selectSecrets(secrets: readonly DeployedSecret[], wanted: readonly string[]): DeployedSecret[] {
  const unknown = wanted.find((text) => !secrets.some((secret) => matches(secret, text)));
  if (unknown !== undefined) {
    const known = secrets.map(({ name, source }) => `${name} (${source})`).join(", ");
    throw new UserError(
      `unknown secret "${unknown}": ${known ? `the stack uses ${known}` : "the stack uses no secrets"}`,
    );
  }
  return secrets.filter((secret) => wanted.length === 0 || wanted.some((text) => matches(secret, text)));
}

function matches({ name, source }: DeployedSecret, text: string): boolean {
  return text === name || text === source;
}
