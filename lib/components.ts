import { readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "./paths";

/** Record of a built-in kind of component. */
export interface ComponentKind {
  /** Name of the kind, its playbook, its role, its run, its systemd unit and its folders on a server. */
  readonly kind: string;
  /** Name in messages and reports. */
  readonly title: string;
  /** Names of the release archives, as in `playbooks/artifacts.json`. A component installs one of them. */
  readonly artifacts: readonly string[];
  /** Default port of the listener `http`. */
  readonly port: number;
  /** Name of the scrape job: the label `job`. */
  readonly scrapeJob: string;
  /** Whether the component may run on any member, and not only on a `MonitoringHost`. */
  readonly agent: boolean;
  /** Whether several hosts may run the component as a cluster. */
  readonly clustered: boolean;
  /** Whether the component has data in `/var/lib/monitoring/<kind>` that moves with the component. */
  readonly data: boolean;
  /** Whether the component has a configuration folder, `/etc/<kind>`. */
  readonly configuration: boolean;
  /** Whether every process on the server may connect to the listener `http`, because the component asks for a login. */
  readonly anyLocalUser: boolean;
  /** Whether `playbooks/verification/checks/<kind>.py` checks the component on its server. */
  readonly verified: boolean;
  /** Limits of the memory of its service, as variables of the role `base`. */
  readonly resources: { readonly memory_max: string; readonly oom_score_adjust: number };
  /** Names of the listeners that demand certificates of their clients, unless the transport is plain. */
  readonly clientCertificates: readonly string[];
  /**
   * How the gateway serves the listener `http`: the component itself then listens on the loopback address, at the port
   * `apiPort`. If the transport is plain, this applies only if `always` is true. With web UIs by http, other components
   * connect to `tlsPort`. Components with a user-provided playbook may have `rights`; the first one is the default.
   *
   * @default - the gateway does not serve the component
   */
  readonly gateway?: {
    readonly apiPort: number;
    readonly tlsPort: number;
    readonly always: boolean;
    readonly rights: readonly string[];
  };
  /**
   * Peers that may reach each listener, as kinds of components, `technicians` or `anyone`. The key `*` stands for every listener
   * without an entry of its own.
   */
  readonly peers: Readonly<Record<string, readonly string[]>>;
}

/** The peer in {@link ComponentKind.peers} that stands for the technicians. */
export const TECHNICIANS = "technicians";
/** The peer that stands for every address. */
export const ANYONE = "anyone";

/**
 * The built-in kinds of components, from `playbooks/components.json`. The cleanup role reads the same file.
 */
export const componentKinds: readonly ComponentKind[] = Object.entries(
  JSON.parse(readFileSync(join(playbooksDirectory, "components.json"), "utf8")) as Readonly<
    Record<string, Omit<ComponentKind, "kind">>
  >,
).map(([kind, record]) => ({ kind, ...record }));

/**
 * Returns the record of a built-in kind.
 *
 * @throws if no built-in kind has this name
 */
export function componentKind(kind: string): ComponentKind {
  const found = componentKinds.find((record) => record.kind === kind);
  if (!found) throw new Error(`"${kind}" is not in playbooks/components.json: add a record for the kind`);
  return found;
}
