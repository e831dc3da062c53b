import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

const MODULE = join(playbooksDirectory, "plugins", "modules", "run_unit.py");

/** What systemd says of a unit. */
interface Known {
  readonly active?: string;
  readonly file?: string;
  readonly outdated?: string;
  /** What it refuses to do. */
  readonly refuses?: string;
}

interface Outcome {
  readonly changed?: boolean;
  readonly answers?: boolean;
  readonly msg?: string;
  /** What systemd was told to do. */
  readonly orders: readonly string[];
}

/** Runs the module as Ansible does, beside a systemctl that notes what it is told: the real one is tried end to end. */
function run(
  { active = "inactive", file = "disabled", outdated = "no", refuses = "nothing" }: Known,
  settings: object = {},
  check = false,
): Outcome {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  const orders = join(folder, "orders");
  writeProgram(
    join(folder, "bin", "systemctl"),
    `#!/bin/sh
case "$1" in
  show) printf 'LoadState=loaded\\nActiveState=${active}\\nUnitFileState=${file}\\nNeedDaemonReload=${outdated}\\n' ;;
  ${refuses}) echo "it is masked" >&2; exit 1 ;;
  *) echo "$*" >> ${orders} ;;
esac
`,
  );
  const input = JSON.stringify({
    ANSIBLE_MODULE_ARGS: { name: "own.service", ...settings, _ansible_check_mode: check },
  });
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` };
  const { stdout, stderr } = spawnSync(ansiblePython() ?? "", [MODULE], { input, encoding: "utf8", env });
  if (!stdout.trim().startsWith("{")) throw new Error(stderr);
  const told = existsSync(orders) ? readFileSync(orders, "utf8").trim().split("\n") : [];
  return { ...(JSON.parse(stdout) as Outcome), orders: told };
}

afterAll(removeFolders);

ansibleTest("a new unit is enabled and started, and systemd reads its units at most once", () => {
  const start = ["enable --no-reload --quiet own.service", "start own.service"];
  expect(run({})).toMatchObject({ changed: true, answers: true, orders: start });
  expect(run({ outdated: "yes" }, { daemon_reload: true }).orders).toEqual([start[0], "daemon-reload", start[1]]);
});

ansibleTest("one that runs as it should is left alone", () => {
  expect(run({ active: "active", file: "enabled" })).toMatchObject({ changed: false, orders: [] });
});

ansibleTest("one that runs is restarted or reloaded where that is wanted, and started where it does not run", () => {
  const orders = (active: string, state: string): readonly string[] =>
    run({ active, file: "enabled" }, { state }).orders;
  expect(orders("active", "restarted")).toEqual(["restart own.service"]);
  expect(orders("active", "reloaded")).toEqual(["reload-or-restart own.service"]);
  expect(orders("failed", "restarted")).toEqual(["start own.service"]);
  expect(orders("inactive", "reloaded")).toEqual(["start own.service"]);
});

ansibleTest("a check says what would be done, and asks nothing", () => {
  const url = "http://127.0.0.1:9/";
  expect(run({}, { url }, true)).toMatchObject({ changed: true, answers: true, orders: [] });
  expect(run({ active: "active", file: "enabled" }, { url }, true)).toMatchObject({ changed: false });
});

ansibleTest("what systemd refuses is told as it says it", () => {
  expect(run({ refuses: "start" }).msg).toBe("systemctl start own.service: it is masked");
});

ansibleTest("a service that does not answer in time is no error yet", () => {
  const outcome = run({}, { url: "http://127.0.0.1:9/", wait: 0 });
  expect(outcome).toMatchObject({ changed: true, answers: false });
  expect(outcome.msg).toBeUndefined();
});
