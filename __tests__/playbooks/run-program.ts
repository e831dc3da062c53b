import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Output, removeFolders, RunningProgram, start, temporaryFolder, writeProgram } from "./python";

export type Variables = Record<string, unknown>;

/**
 * Replaces ansible-playbook: records its arguments and writes the events that `ACT` selects.
 * The end-to-end tests cover Ansible's work on servers.
 */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core \${VERSION:-2.19.14}]"; exit; }
echo "$@" >> "$NOTES/calls"
event() { echo "{\\"name\\": \\"$1\\", \\"host\\": \\"$2\\", \\"begin\\": $3, \\"status\\": \\"$4\\", \\"seconds\\": 1}" >> "$MONITORING_EVENTS"; }
event "Run the preflight checks" hub true ok
case "$ACT" in
  warn) echo '{"name": "Warn", "host": "hub", "begin": false, "status": "ok", "seconds": 1, "warnings": ["a port is closed"]}' >> "$MONITORING_EVENTS" ;;
  change) event "Write the unit" hub false changed ;;
  fail) event "Write the unit" hub false failed; exit 2 ;;
  wait) event "Write the unit" hub false changed; echo $$ > "$NOTES/pid"; trap 'exit 99' TERM; while :; do sleep 0.1; done ;;
  own) case "$*" in *user-preflight.yml*) event "Replace the rules" hub false changed; event "Mark the host as pending" hub true ok ;; *) event "User task" hub false changed ;; esac ;;
esac
exit 0
`;

/** Returns an inventory with the run `prometheus` on the server `hub`. */
export function inventory(group: Variables = {}, server: Variables = {}, ssh: Variables = {}): Variables {
  return {
    all: {
      vars: { monitoring_name: "monitoring" },
      hosts: {
        hub: {
          ansible_host: "198.18.0.23",
          ansible_port: 22,
          ansible_user: "root",
          monitoring_ssh: { jump_host: null, known_hosts_file: null, host_keys: [], alias: "hub-1", wait: 5, ...ssh },
        },
      },
      children: {
        run_prometheus: {
          vars: {
            monitoring_run: { playbook: "prometheus.yml", content: "1", component: true },
            monitoring_artifacts: [],
            monitoring_secrets: [],
            ...group,
          },
          hosts: {
            hub: { monitoring_server: { name: "hub", id: "i-1", generation: "1", ...server }, prometheus_port: 9090 },
          },
        },
      },
    },
  };
}

/** Returns the inventory of {@link inventory}, with the run `firewall`. */
export function withFirewall(hosts: Variables, vars: Variables = {}): Variables {
  const content = inventory() as { all: { children: Variables } };
  const run = { playbook: "firewall.yml", content: "1", component: false };
  content.all.children.run_firewall = { vars: { monitoring_run: run, ...vars }, hosts };
  return content;
}

/** Runs `run.py` in a project of its own for each test, with a replacement of ansible-playbook. */
export class RunProgram {
  /** Folder of the user's project. */
  public project = "";
  /** Folder of the stack's state. */
  public state = "";
  /** Environment of `run.py`. */
  public environment: NodeJS.ProcessEnv = {};

  /** Registers the set-up and the removal of the project with Jest. */
  public constructor() {
    beforeEach(() => {
      this.project = temporaryFolder();
      this.state = join(this.project, ".cdktf-monitoring", "local");
      mkdirSync(join(this.project, "bin"));
      writeProgram(join(this.project, "bin", "ansible-playbook"), ANSIBLE);
      this.environment = {
        PATH: `${join(this.project, "bin")}:${process.env.PATH ?? ""}`,
        HOME: this.project,
        NOTES: this.project,
        MONITORING_STATE: this.state,
        CDKTF_MONITORING_CACHE: join(this.project, "cache"),
      };
    });
    afterAll(removeFolders);
  }

  /** Starts the run `prometheus`. */
  public begin(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): RunningProgram {
    const encoded = gzipSync(JSON.stringify(content)).toString("base64");
    return start("run.py", ["prometheus", ...args], { ...this.environment, MONITORING_INVENTORY: encoded, ...env });
  }

  /** Executes the run `prometheus`. */
  public async run(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<Output> {
    return this.begin(content, env, args).ended;
  }

  /** Returns the arguments of each call of ansible-playbook. */
  public calls(): string[] {
    const notes = join(this.project, "calls");
    return existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
  }

  /** Returns the names of the runs in flight. */
  public inFlight(): string[] {
    const folder = join(this.state, "in-flight");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Returns the content of a JSON file of the run. */
  public written(file: string): Variables {
    return JSON.parse(readFileSync(join(this.state, "runs", "prometheus", file), "utf8")) as Variables;
  }

  /** Returns the variables of the server `hub` in the inventory that Ansible gets. */
  public host(): Variables {
    const { all } = this.written("inventory.json") as { all: { hosts: { hub: Variables } } };
    return all.hosts.hub;
  }
}
