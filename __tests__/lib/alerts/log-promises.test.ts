import { AlertRule } from "../../../lib/alerts/rule";
import { ruleFile } from "../../../lib/alerts/rule-file";
import { emittedLabels } from "../../../lib/logs/labels";
import { LogSource } from "../../../lib/logs/log-source";
import { unknownLabels } from "../../../lib/logs/unknown-labels";
import { durationSeconds } from "../../../lib/units";
import { allLogGroups, rulesOf } from "../../support/alerts";
import { LokiServer, lokiTest } from "../../support/loki-server";
import { eventually } from "../../support/project";

/** Lines that are written in the half minute before a minute is over. */
interface Written {
  readonly minute: number;
  readonly stream: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

/** What a log alert promises in one situation, by what people are told about it. */
interface Situation {
  readonly alert: string;
  readonly when: string;
  readonly written: readonly Written[];
  /** Of which server and log it fires, after so many minutes. */
  readonly fires: Readonly<Record<number, readonly string[]>>;
}

const MINUTE = 60_000;
const sshd = { job: "sshd", kind: "audit" };
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
    when: "it is twenty",
    written: [{ minute: 1, stream: sshd, lines: refused(20) }],
    fires: { 2: [] },
  },
  {
    alert: "SshBruteForce",
    when: "21 keys are refused, of which there is no line but that",
    written: [{ minute: 1, stream: sshd, lines: keysRefused(21) }],
    fires: { 2: ["app"] },
  },
  {
    alert: "SshBruteForce",
    when: "users change that do not exist",
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
    when: "each of many addresses tries a few times",
    written: [1, 2, 3].map((minute) => ({ minute, stream: sshd, lines: refused(20, "root", `198.18.0.${minute}`) })),
    fires: { 4: [] },
  },
  {
    alert: "SshBruteForce",
    when: "a user's name pretends to be another address",
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
    when: "logins succeed, and end",
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
    when: "another log has such lines",
    written: [{ minute: 1, stream: { ...sshd, job: "sudo" }, lines: refused(30) }],
    fires: { 2: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "six of a hundred requests fail, a dozen in all, and it goes on for a minute",
    written: [...answers(1, 6, 94), ...answers(2, 6, 94), ...answers(3, 6, 94)],
    fires: { 1: [], 2: [], 3: ["app nginx"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "five of a hundred do",
    written: [1, 2, 3, 4].flatMap((minute) => answers(minute, 5, 95)),
    fires: { 4: [], 5: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "51 of a thousand do",
    written: answers(1, 51, 949),
    fires: { 2: ["app nginx"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "all do, and they are nine",
    written: answers(1, 9, 0),
    fires: { 2: [], 3: [], 5: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "all do, and they are ten, and then none for five minutes",
    written: answers(1, 10, 0),
    fires: { 1: [], 2: ["app nginx"], 5: ["app nginx"], 6: [] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "one log of two has them, which many requests of the other do not hide",
    written: [...answers(1, 20, 20, "shop"), ...answers(1, 0, 2000)],
    fires: { 3: ["app shop"] },
  },
  {
    alert: "HttpErrorsBurst",
    when: "requests are refused by 4xx",
    written: [{ minute: 1, stream: { ...nginx, status_class: "4xx" }, lines: requests(100) }],
    fires: { 3: [] },
  },
];

const groups = allLogGroups();
const rules = rulesOf(groups);
/** Where each situation begins: hours ago, a minute's beginning, and none reaches into another by its monitoring's name. */
const START = Math.floor(Date.now() / MINUTE) * MINUTE - 120 * MINUTE;
let server: LokiServer | undefined;

beforeAll(async () => {
  server = await LokiServer.start(ruleFile(groups));
}, 120_000);

afterAll(async () => {
  await server?.stop();
});

/** Where an alert fires: its expression has had a series for as long as it must. */
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
    lokiTest("fires when it should, and only then", async () => {
      if (!server) throw new Error("there is no Loki");
      for (const { minute, stream, lines } of written)
        await server.api.push(
          { instance: "app", monitoring: when, ...stream },
          lines,
          new Date(START + minute * MINUTE - 30_000),
        );
      const [rule] = rules.filter(({ name }) => name === alert);
      if (!rule) throw new Error(`there is no ${alert}`);
      for (const [minute, expected] of Object.entries(fires))
        expect([minute, await firing(server, rule, when, Number(minute))]).toEqual([minute, expected]);
    });
  },
);

lokiTest("the ruler takes the rules, and alerts by them", async () => {
  if (!server) throw new Error("there is no Loki");
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
    summary: "Somebody tries to log in to now by SSH again and again",
    description:
      "21 logins by SSH to now failed that came from one address. The dashboard Audit names it and the users that were tried: see whether one of these logins succeeded, and close the port to it.",
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

test("each rule is tried where it fires, and where it does not", () => {
  for (const { name } of rules) {
    const times = SITUATIONS.filter(({ alert }) => alert === name).flatMap(({ fires }) => Object.values(fires));
    expect(times.some((where) => where.length > 0)).toBe(true);
    expect(times.some((where) => where.length === 0)).toBe(true);
  }
});

test("the rules ask for labels and values that the sources emit", () => {
  const uses = rules.map(({ name, expr }) => ({ where: name, query: expr }));
  expect(unknownLabels(uses, emittedLabels([LogSource.nginx()]))).toEqual([]);
});
