import { AlertRule } from "../../../lib/alerts/rule";
import { ruleFile } from "../../../lib/alerts/rule-file";
import { emittedLabels } from "../../../lib/logs/emitted-labels";
import { LogSource } from "../../../lib/logs/log-source";
import { unknownLabels } from "../../../lib/logs/unknown-labels";
import { durationSeconds } from "../../../lib/units";
import { allLogGroups, rulesOf } from "../../support/alerts";
import { LokiServer, lokiTest } from "../../support/loki-server";
import { eventually } from "../../support/wait";

/** Lines with a timestamp half a minute before the end of `minute`. */
interface Written {
  readonly minute: number;
  readonly stream: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

/** The expectation of a log alert in one situation. */
interface Situation {
  readonly alert: string;
  readonly when: string;
  readonly written: readonly Written[];
  /** The servers (and logs) for which the alert fires, by minute. */
  readonly fires: Readonly<Record<number, readonly string[]>>;
}

const MINUTE = 60_000;
const sshd = { job: "sshd", kind: "audit" };
const gateway = { job: "gateway", instance: "hub", level: "warn" };
const nginx = { job: "nginx", kind: "access", method: "GET" };

function refused(count: number, user = "root", source = "198.18.0.9"): string[] {
  return Array.from({ length: count }, (_, i) => `Failed password for ${user} from ${source} port ${40_000 + i} ssh2`);
}

function keysRefused(count: number, source = "198.18.0.9"): string[] {
  return Array.from(
    { length: count },
    (_, i) => `Connection closed by authenticating user root ${source} port ${40_000 + i} [preauth]`,
  );
}

function requests(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.0.0.1 - - [x] "GET /${i} HTTP/1.1" 200 1 "-" "-"`);
}

function refusals(count: number, refused: string, sender = "app"): string[] {
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({ level: "warn", ts: i, logger: "log_senders", msg: "a reason", sender, refused }),
  );
}

function answers(minute: number, errors: number, others: number, job = "nginx"): Written[] {
  return [
    { minute, stream: { ...nginx, job, status_class: "5xx" }, lines: requests(errors) },
    { minute, stream: { ...nginx, job, status_class: "2xx" }, lines: requests(others) },
  ].filter(({ lines }) => lines.length > 0);
}

const SITUATIONS: readonly Situation[] = [
  {
    alert: "SshBruteForce",
    when: "21 passwords from one address are refused within ten minutes",
    written: [
      { minute: 1, stream: sshd, lines: refused(10) },
      { minute: 9, stream: sshd, lines: refused(11) },
    ],
    fires: { 8: [], 10: ["app"], 11: [] },
  },
  {
    alert: "SshBruteForce",
    when: "20 passwords are refused",
    written: [{ minute: 1, stream: sshd, lines: refused(20) }],
    fires: { 2: [] },
  },
  {
    alert: "SshBruteForce",
    when: "21 keys are refused, which only the closed connections show",
    written: [{ minute: 1, stream: sshd, lines: keysRefused(21) }],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "each attempt uses another unknown user",
    written: [
      {
        minute: 1,
        stream: sshd,
        lines: Array.from({ length: 21 }, (_, i) => refused(1, `invalid user u${i}`)[0] ?? ""),
      },
    ],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "each of three addresses fails 20 times",
    written: [1, 2, 3].map((minute) => ({ minute, stream: sshd, lines: refused(20, "root", `198.18.0.${minute}`) })),
    fires: { 4: [] },
  },
  {
    alert: "SshBruteForce",
    when: "21 passwords from a controller are refused",
    written: [
      { minute: 1, stream: sshd, lines: refused(21, "root", "198.18.7.9") },
      { minute: 1, stream: sshd, lines: keysRefused(21, "2001:db8::9") },
    ],
    fires: { 2: [] },
  },
  {
    alert: "SshBruteForce",
    when: "21 keys from an address next to the controllers are refused",
    written: [{ minute: 1, stream: sshd, lines: keysRefused(21, "198.18.8.9") }],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "a user name contains the address of a controller",
    written: [{ minute: 1, stream: sshd, lines: refused(21, "invalid user x from 198.18.7.9 port 1") }],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "a user name contains another address",
    written: [
      {
        minute: 1,
        stream: sshd,
        lines: Array.from({ length: 21 }, (_, i) => refused(1, `invalid user x from 10.0.0.${i} port 1`)[0] ?? ""),
      },
    ],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "logins succeed and end",
    written: [
      {
        minute: 1,
        stream: sshd,
        lines: Array.from({ length: 30 }, (_, i) => [
          `Accepted publickey for bob from 10.0.0.1 port ${i} ssh2: ED25519 SHA256:x`,
          `Disconnected from user bob 10.0.0.1 port ${i}`,
        ]).flat(),
      },
    ],
    fires: { 2: [] },
  },
  {
    alert: "SshBruteForce",
    when: "another log contains such lines",
    written: [{ minute: 1, stream: { ...sshd, job: "sudo" }, lines: refused(30) }],
    fires: { 2: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "six of a hundred requests per minute fail for three minutes",
    written: [...answers(1, 6, 94), ...answers(2, 6, 94), ...answers(3, 6, 94)],
    fires: { 1: [], 2: [], 3: ["app nginx"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "five of a hundred requests fail",
    written: [1, 2, 3, 4].flatMap((minute) => answers(minute, 5, 95)),
    fires: { 4: [], 5: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "51 of a thousand requests fail",
    written: answers(1, 51, 949),
    fires: { 2: ["app nginx"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "nine of nine requests fail",
    written: answers(1, 9, 0),
    fires: { 2: [], 3: [], 5: [] },
  },
  {
    alert: "LogsOfAnotherServer",
    when: "the gateway refuses lines of one server",
    written: [{ minute: 1, stream: gateway, lines: refusals(1, "instance") }],
    fires: { 2: ["app"], 12: [] },
  },
  {
    alert: "LogsOfAnotherServer",
    when: "the gateway refuses lines for other reasons, and warns about other things",
    written: [
      {
        minute: 1,
        stream: gateway,
        lines: [...refusals(9, "rate"), '{"level":"warn","sender":"app","refused":"instance"}'],
      },
    ],
    fires: { 2: [] },
  },
  {
    alert: "LogsOfAnotherServer",
    when: "another server than that of Loki sends such lines",
    written: [{ minute: 1, stream: { ...gateway, instance: "evil" }, lines: refusals(1, "instance") }],
    fires: { 2: [] },
  },
  {
    alert: "LogSenderLimited",
    when: "the lines of one server wait in five minutes of ten",
    written: [1, 2, 3, 4, 5].map((minute) => ({ minute, stream: gateway, lines: refusals(1, "rate") })),
    fires: { 4: [], 5: ["app"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "ten of ten requests fail, and none follow",
    written: answers(1, 10, 0),
    fires: { 1: [], 2: ["app nginx"], 5: ["app nginx"], 6: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "one of two logs has errors and the other one many requests",
    written: [...answers(1, 20, 20, "shop"), ...answers(1, 0, 2000)],
    fires: { 3: ["app shop"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "requests fail with 4xx",
    written: [{ minute: 1, stream: { ...nginx, status_class: "4xx" }, lines: requests(100) }],
    fires: { 3: [] },
  },
];

const groups = allLogGroups();
const rules = rulesOf(groups);
/** Start of each situation, on a full minute. The label `monitoring` separates the situations. */
const START = Math.floor(Date.now() / MINUTE) * MINUTE - 120 * MINUTE;
let server: LokiServer | undefined;

beforeAll(async () => {
  server = await LokiServer.start(ruleFile(groups));
}, 120_000);

afterAll(async () => {
  await server?.stop();
});

/** Returns the servers and logs for which the rule's result has had a series during all of its `for` duration. */
async function firing(loki: LokiServer, rule: AlertRule, monitoring: string, minute: number): Promise<string[]> {
  const duration = Math.ceil((durationSeconds(rule.for ?? "0s") ?? 0) / 60);
  const found = await Promise.all(
    Array.from({ length: duration + 1 }, async (_, back) => {
      const series = await loki.at(rule.expr, START + (minute - back) * MINUTE);
      return series
        .filter(({ metric }) => metric.monitoring === monitoring)
        .map(({ metric: { instance, job } }) => [instance, job].filter(Boolean).join(" "));
    }),
  );
  const [now = [], ...before] = found;
  return now.filter((one) => before.every((others) => others.includes(one))).sort();
}

describe.each(SITUATIONS.map((situation) => [situation.alert, situation.when, situation] as const))(
  "%s, when %s",
  (alert, when, { written, fires }) => {
    lokiTest("fires as expected", async () => {
      if (!server) throw new Error("Loki is not running");
      for (const { minute, stream, lines } of written)
        await server.api.push(
          { instance: "app", monitoring: when, ...stream },
          lines,
          new Date(START + minute * MINUTE - 30_000),
        );
      const [rule] = rules.filter(({ name }) => name === alert);
      if (!rule) throw new Error(`unknown alert ${alert}`);
      for (const [minute, expected] of Object.entries(fires))
        expect([minute, await firing(server, rule, when, Number(minute))]).toEqual([minute, expected]);
    });
  },
);

lokiTest("the ruler loads the rules and fires alerts", async () => {
  if (!server) throw new Error("Loki is not running");
  await server.api.push({ instance: "now", monitoring: "now", ...sshd }, refused(21), new Date(Date.now() - 1000));
  const found = await eventually("the alert", 30, async () => {
    const { data } = (await server?.json("/prometheus/api/v1/alerts")) as {
      data: { alerts: { labels: Record<string, string>; annotations: Record<string, string>; state: string }[] };
    };
    return data.alerts.find(({ labels, state }) => labels.alertname === "SshBruteForce" && state === "firing");
  });
  expect(found.labels).toEqual({
    alertname: "SshBruteForce",
    instance: "now",
    monitoring: "now",
    severity: "warning",
  });
  expect(found.annotations).toEqual({
    summary: "Many SSH logins to now fail",
    description:
      "21 SSH logins to now from one address failed. The addresses in controllers do not count. The dashboard Audit shows the address and the user names. Check whether one of these logins succeeded, and close the port to the address.",
    runbook_url: "https://runbooks.example/#SshBruteForce",
    dashboard: "cdktf-monitoring-audit",
  });
  const { data } = (await server.json("/prometheus/api/v1/rules")) as {
    data: { groups: { rules: { name: string; health: string }[] }[] };
  };
  const taken = data.groups.flatMap((group) => group.rules);
  expect(taken.map(({ name }) => name)).toEqual(rules.map(({ name }) => name));
  expect(taken.map(({ health }) => health)).not.toContain("err");
});

it("covers each rule with situations in which it fires and does not fire", () => {
  for (const { name } of rules) {
    const times = SITUATIONS.filter(({ alert }) => alert === name).flatMap(({ fires }) => Object.values(fires));
    expect(times.some((where) => where.length > 0)).toBe(true);
    expect(times.some((where) => where.length === 0)).toBe(true);
  }
});

it("uses only labels and values that the log sources emit", () => {
  const uses = rules.map(({ name, expr }) => ({ where: name, expression: expr }));
  expect(
    unknownLabels(
      uses,
      emittedLabels([LogSource.nginx(), LogSource.journal("gateway", { units: ["gateway.service"] })]),
    ),
  ).toEqual([]);
});
