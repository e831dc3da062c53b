import { Artifacts } from "../../lib/artifacts";
import { InventoryRun } from "../../lib/inventory/inventory";
import { RunResult } from "../../tools/cli/process";
import { architecture, Lab } from "../support/lab";

/** A role's run on a slow machine takes half a minute at most; in milliseconds. */
const RUN = 120_000;
const DATA = "/var/lib/monitoring/prometheus";

const lab = new Lab("e2e-move", "198.18.160.0/20", ["one", "two"]);

/** Plays Prometheus' run as a deploy would whose tree has it on this server. */
function place(server: string): Promise<RunResult> {
  const request = Artifacts.fromEnvironment()._request("prometheus", architecture);
  const run: InventoryRun = {
    name: "prometheus",
    playbook: "prometheus.yml",
    content: "test",
    component: true,
    artifacts: [request],
    secrets: [],
    variables: {},
    hosts: new Map([[server, { prometheus_version: request.version, monitoring_on_move: "keepData" }]]),
  };
  return lab.play("prometheus", [run]);
}

/** Whether it runs, and whether it would after a reboot. */
const service = (server: string): string =>
  lab.on(server, "systemctl is-active prometheus; systemctl is-enabled prometheus 2>/dev/null; true");
/** The files with data of ours. */
const data = (server: string): string =>
  lab.on(server, `cd ${DATA} 2>/dev/null && grep -s . ours newer | sort || true`);
const notes = (server: string): string => lab.on(server, "cat /etc/cdktf-monitoring/moves/* 2>/dev/null || true");
const RUNS = "active\nenabled";
const STOPPED = "inactive\ndisabled";

beforeAll(async () => {
  await lab.create();
  const { code, stdout } = await place("one");
  if (code !== 0) throw new Error(stdout);
  lab.on("one", `echo kept > ${DATA}/ours`);
}, 3 * RUN);

afterAll(() => {
  lab.destroy();
}, RUN);

test(
  "a move for which there is no room stops nothing",
  async () => {
    lab.on("one", `head -c 8M /dev/urandom > ${DATA}/ballast`);
    lab.on("two", "mkdir -p /var/lib/monitoring && mount -t tmpfs -o size=4m tmpfs /var/lib/monitoring");
    const { code, stdout } = await place("two");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/the data on one takes 8\.\d MB, two has 4\.\d MB free\. Nothing was stopped/);
    expect(service("one")).toBe(RUNS);
    lab.on("two", "umount /var/lib/monitoring");
    lab.on("one", `rm ${DATA}/ballast`);
  },
  RUN,
);

test(
  "one whose copy is cut off is told how to go on, and undone, starts where it was",
  async () => {
    // move.sh looks there first.
    lab.on(
      "two",
      "printf '#!/bin/sh\\nhead -c 2000 > /dev/null\\nexit 2\\n' > /usr/sbin/tar && chmod 755 /usr/sbin/tar",
    );
    const { code, stdout } = await place("two");
    lab.on("two", "rm /usr/sbin/tar");
    expect(code).not.toBe(0);
    expect(stdout).toContain("copying the data from one failed");
    expect([service("one"), data("one")]).toEqual([STOPPED, "ours:kept"]);
    expect([service("two"), data("two")]).toEqual([STOPPED, ""]);

    expect(await place("one")).toMatchObject({ code: 0 });
    expect([service("one"), data("one"), notes("one")]).toEqual([RUNS, "ours:kept", ""]);
  },
  2 * RUN,
);

test(
  "one that does not start at the new place is undone with what was written since, and what is older set aside",
  async () => {
    const drop = "/etc/systemd/system/prometheus.service.d";
    lab.on("two", `mkdir ${drop}; printf '[Service]\\nExecStartPre=/bin/false\\n' > ${drop}/fails.conf`);
    const { code, stdout } = await place("two");
    lab.on("two", `rm -r ${drop}; systemctl daemon-reload`);
    expect(code).not.toBe(0);
    expect(stdout).toContain("Its data still are on one, too: to go back, undo the edit and deploy.");
    expect([service("one"), data("one")]).toEqual([STOPPED, "ours:kept"]);
    expect(data("two")).toBe("ours:kept");
    lab.on("two", `echo written > ${DATA}/newer`);

    const back = await place("one");
    expect(back).toMatchObject({ code: 0 });
    expect(back.stdout).toMatch(/WARNING +older data on one was moved to \S+before-move\.\d+/);
    expect([service("one"), data("one"), notes("one")]).toEqual([RUNS, "newer:written\nours:kept", ""]);
    expect([service("two"), data("two"), notes("two")]).toEqual([STOPPED, "", ""]);
    expect(lab.on("one", `cat ${DATA}.before-move.*/ours`)).toBe("kept");
  },
  2 * RUN,
);

test(
  "one that was cut off after it started at the new place is finished there, and copies nothing again",
  async () => {
    // As it is when the machine that deploys dies in between: the copy is whole, and the old data are there.
    lab.on(
      "one",
      `systemctl disable --now prometheus 2>&1; rm /etc/cdktf-monitoring/markers/prometheus; mkdir -p /etc/cdktf-monitoring/moves; echo 'to two 7' > /etc/cdktf-monitoring/moves/prometheus`,
    );
    lab.on(
      "two",
      `install -d -o prometheus -g prometheus ${DATA}; echo moved > ${DATA}/ours; mkdir -p /etc/cdktf-monitoring/moves; echo 'from one 7' > /etc/cdktf-monitoring/moves/prometheus`,
    );
    expect(await place("two")).toMatchObject({ code: 0 });
    expect([service("two"), data("two"), notes("two")]).toEqual([RUNS, "ours:moved", ""]);
    expect([service("one"), data("one"), notes("one")]).toEqual([STOPPED, "", ""]);

    const again = await place("two");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/two +unchanged/);
  },
  2 * RUN,
);
