import { readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "./paths";

/** Names and patterns that the constructs and tools share with the playbooks. `playbooks/controller/contract.py` reads the same file. */
interface Contract {
  /** The private folder in the user's project. It contains a state folder per stack. */
  readonly privateDirectory: string;
  /** The file in the user's project with the SHA-256 of archives that are not pinned. */
  readonly artifactsLock: string;
  /** Files and folders in the state folder of a stack. */
  readonly state: {
    /** Folder with a file per active run. The file of a killed run remains. */
    readonly inFlight: string;
    /** Folder with a file per run that a deploy repeated: what its file in `inFlight` contained at the time of the plan. */
    readonly repeated: string;
    /** Folder with a folder per run. */
    readonly runs: string;
    /** The result of a run, in the run's folder. */
    readonly result: string;
    /** Folder with a file per component: its servers after its last successful run. */
    readonly placements: string;
    /** SSH access of the members after the last deploy, to find those that leave. */
    readonly members: string;
    /** Host keys that were accepted at the first connection. */
    readonly knownHosts: string;
    /** Ansible's built modules, which all runs share. */
    readonly builtModules: string;
    /** Folder with a file per server: the outcome of the last attempt to connect. */
    readonly connections: string;
    /** The id of the owner, which the first deploy of the stack writes. */
    readonly owner: string;
    /** Ids of former owners: a line each time the state was lost, or the monitoring was renamed. */
    readonly formerOwners: string;
    /** Folder with a file per run: when its certificates must be replaced, and how often they were. */
    readonly certificates: string;
  };
  /** The cache that all stacks share. */
  readonly cache: {
    /** The environment variable with the path of the cache. */
    readonly variable: string;
    /** Name of the cache in the user's general cache folder. */
    readonly directory: string;
  };
  /** Names of the runs that the controller treats specially, and the prefix of all run groups in the inventory. */
  readonly runs: {
    readonly groupPrefix: string;
    readonly firewall: string;
    readonly cleanup: string;
    readonly leave: string;
    readonly logAgent: string;
    readonly authority: string;
  };
  /** Paths on servers. */
  readonly server: {
    /** The folder for the files of cdktf-monitoring. */
    readonly directory: string;
    /** The folders in `directory`. */
    readonly folders: readonly string[];
    /** The parent folder of all data. */
    readonly data: string;
  };
  /** Regular expression for a whole jump host. Its groups are user, host (with brackets, if any) and port. */
  readonly jumpHost: string;
  /** Regular expression for the bot token in a URL of Telegram's API. Its group is the secret part. */
  readonly telegramToken: string;
}

/** The content of `playbooks/contract.json`. */
export const contract = JSON.parse(readFileSync(join(playbooksDirectory, "contract.json"), "utf8")) as Contract;
