import { IConstruct } from "constructs";
import { Architecture } from "../lib/servers/architecture";
import type { Monitoring } from "./monitoring";

/** How the controller (the machine that deploys) reaches a server. */
export interface SshAccess {
  /** Name or address. */
  readonly host: string;
  /**
   * The port of its sshd.
   *
   * @default 22
   */
  readonly port?: number;
  /** A user who is root or may use sudo without a password. */
  readonly user: string;
  /**
   * The private key's file on the controller; `~` is the home folder, and what is relative counts from the project.
   *
   * @default - the SSH agent's keys, else the user's own defaults
   */
  readonly keyFile?: string;
  /**
   * A server to go through, as `user@host:port`; user and port may be left out, and an IPv6 address with a port stands
   * in brackets. It is let in by the same key, and its host key is pinned when it is seen first.
   *
   * @default - none
   */
  readonly jumpHost?: string;
  /**
   * The server's public host keys (`ssh-ed25519 AAAA…`).
   *
   * @default - those of `knownHostsFile`; without either, the key that is seen first is pinned
   */
  readonly hostKeys?: readonly string[];
  /**
   * A file on the controller with the server's host keys under `hostKeyAlias`.
   *
   * @default - none
   */
  readonly knownHostsFile?: string;
  /**
   * The name under which the host's key is known: one that a rebuilt server, or another one at the same address, does
   * not share.
   *
   * @default - the server's id
   */
  readonly hostKeyAlias?: string;
  /**
   * How long a run waits for SSH before it counts the server as unreachable, in seconds.
   *
   * @default 120
   */
  readonly waitSeconds?: number;
}

/** What becomes of what we installed on a server when that leaves its monitoring. */
export enum OnLeave {
  /** Services, programs and configuration are removed; data in /var/lib/monitoring stays. */
  UNINSTALL = "uninstall",
  /** All is removed, with the data. */
  PURGE = "purge",
  /** Nothing is touched. */
  NOTHING = "nothing",
}

/** Servers of one network reach each other by their private addresses. */
export interface IServerNetwork extends IConstruct {
  /** The network's name, for people. */
  readonly name: string;
}

/** A cloud's own firewall, which lets to its servers what the access graph needs. */
export interface ICloudFirewall {
  /** Lets a server's firewall follow a monitoring's access graph. Called by each member when it joins. */
  follow(monitoring: Monitoring, server: IServer): void;
}

/** A machine that is reached by SSH. */
export interface IServer extends IConstruct {
  /** The host name, and the label `instance` in metrics and logs. Known at synthesis, unique in a `Monitoring`. */
  readonly name: string;
  /** Changes when the machine is another one. */
  readonly id: string;
  /** Changes when the machine was installed anew under the same id. */
  readonly generation: string;
  /** What the members of the same network dial. */
  readonly address: string;
  /**
   * What members of other networks dial, and where technicians open its pages.
   *
   * @default - none: other networks cannot reach it
   */
  readonly publicAddress?: string;
  /** The address that services listen on, where it is there from boot on; empty for all addresses. */
  readonly bindAddress: string;
  /** How Ansible reaches it. */
  readonly ssh: SshAccess;
  /** The network that it is in: servers of one network dial each other's private addresses. */
  readonly network: IServerNetwork;
  /** The architecture of its processor. */
  readonly architecture: Architecture;
  /**
   * The firewall that its cloud has in front of it.
   *
   * @default - none
   */
  readonly cloudFirewall?: ICloudFirewall;
  /**
   * What becomes of what we installed when the server leaves its monitoring and is still there.
   *
   * @default - nothing: the machine goes with the stack
   */
  readonly onLeave?: OnLeave;

  /** `host:port` by which a technician reaches a port of this server. */
  endpoint(port: number): string;
}
