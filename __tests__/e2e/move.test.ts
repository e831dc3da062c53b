import { RunResult } from "../../tools/cli/process";
import { componentRun, Lab, RUN_TIMEOUT } from "../support/lab";

const DATA = "/var/lib/monitoring/prometheus";

const lab = new Lab("e2e-move", "198.18.160.0/20", ["one", "two"]);

/** Plays Prometheus' run as a deploy of a stack that places Prometheus on this server. */
function place(server: string): Promise<RunResult> {
  return lab.play("prometheus", [componentRun("prometheus", { [server]: { monitoring_on_move: "keepData" } })]);
}

/** Describes whether Prometheus is running, and whether it starts at boot. */
const service = (server: string): string =>
  lab.on(server, "systemctl is-active prometheus; systemctl is-enabled prometheus 2>/dev/null; true");
/** Lists the test's files among the data, with their content. */
const data = (server: string): string =>
  lab.on(server, `cd ${DATA} 2>/dev/null && grep -s . older newer | sort || true`);
const notes = (server: string): string => lab.on(server, "cat /etc/cdktf-monitoring/moves/* 2>/dev/null || true");
const RUNNING = "active\nenabled";
const STOPPED = "inactive\ndisabled";

beforeAll(async () => {
  await lab.create();
  const { code, stdout } = await place("one");
  if (code !== 0) throw new Error(stdout);
  lab.on("one", `echo kept > ${DATA}/older`);
}, 3 * RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
}, RUN_TIMEOUT);

test(
  "stops nothing if the new server has too little space",
  async () => {
    lab.on("one", `head -c 8M /dev/urandom > ${DATA}/ballast`);
    lab.on("two", "mkdir -p /var/lib/monitoring && mount -t tmpfs -o size=4m tmpfs /var/lib/monitoring");
    const { code, stdout } = await place("two");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/the data on one takes 8\.\d MB, two has 4\.\d MB free\. Nothing was stopped/);
    expect(service("one")).toBe(RUNNING);
    lab.on("two", "umount /var/lib/monitoring");
    lab.on("one", `rm ${DATA}/ballast`);
  },
  RUN_TIMEOUT,
);

test(
  "starts Prometheus on the old server if an interrupted move is undone",
  async () => {
    // move.sh finds this program first.
    lab.on(
      "two",
      "printf '#!/bin/sh\\nhead -c 2000 > /dev/null\\nexit 2\\n' > /usr/sbin/tar && chmod 755 /usr/sbin/tar",
    );
    const { code, stdout } = await place("two");
    lab.on("two", "rm /usr/sbin/tar");
    expect(code).not.toBe(0);
    expect(stdout).toContain("copying the data from one failed");
    expect([service("one"), data("one")]).toEqual([STOPPED, "older:kept"]);
    expect([service("two"), data("two")]).toEqual([STOPPED, ""]);

    expect(await place("one")).toMatchObject({ code: 0 });
    expect([service("one"), data("one"), notes("one")]).toEqual([RUNNING, "older:kept", ""]);
  },
  2 * RUN_TIMEOUT,
);

test(
  "moves newer data back and sets the older data aside if a move whose start failed is undone",
  async () => {
    const drop = "/etc/systemd/system/prometheus.service.d";
    lab.on("two", `mkdir ${drop}; printf '[Service]\\nExecStartPre=/bin/false\\n' > ${drop}/fails.conf`);
    const { code, stdout } = await place("two");
    lab.on("two", `rm -r ${drop}; systemctl daemon-reload`);
    expect(code).not.toBe(0);
    expect(stdout).toContain("Its data is still on one: to go back, undo the edit and deploy.");
    expect([service("one"), data("one")]).toEqual([STOPPED, "older:kept"]);
    expect(data("two")).toBe("older:kept");
    lab.on("two", `echo written > ${DATA}/newer`);

    const back = await place("one");
    expect(back).toMatchObject({ code: 0 });
    expect(back.stdout).toMatch(/WARNING +older data on one was moved to \S+before-move\.\d+/);
    expect([service("one"), data("one"), notes("one")]).toEqual([RUNNING, "newer:written\nolder:kept", ""]);
    expect([service("two"), data("two"), notes("two")]).toEqual([STOPPED, "", ""]);
    expect(lab.on("one", `cat ${DATA}.before-move.*/older`)).toBe("kept");
  },
  2 * RUN_TIMEOUT,
);

test(
  "finishes a move that was interrupted after the start on the new server, without a second copy",
  async () => {
    // The state after a crash of the controller: the copy is complete, and the old data still exist.
    lab.on(
      "one",
      `systemctl disable --now prometheus 2>&1; rm /etc/cdktf-monitoring/markers/prometheus; mkdir -p /etc/cdktf-monitoring/moves; echo 'to two 7' > /etc/cdktf-monitoring/moves/prometheus`,
    );
    lab.on(
      "two",
      `install -d -o prometheus -g prometheus ${DATA}; echo moved > ${DATA}/older; mkdir -p /etc/cdktf-monitoring/moves; echo 'from one 7' > /etc/cdktf-monitoring/moves/prometheus`,
    );
    expect(await place("two")).toMatchObject({ code: 0 });
    expect([service("two"), data("two"), notes("two")]).toEqual([RUNNING, "older:moved", ""]);
    expect([service("one"), data("one"), notes("one")]).toEqual([STOPPED, "", ""]);

    const again = await place("two");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/two +unchanged/);
  },
  2 * RUN_TIMEOUT,
);
