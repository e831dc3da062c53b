import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { apiUrl, fetchFrom } from "../support/server-fetch";
import { HttpSink, SmtpSink } from "../support/sinks";
import { eventually, pause, until } from "../support/wait";

/** Address of this machine on the servers' network. Notifications go to this address. */
const GATEWAY = "198.19.0.1";
const HTTP_PORT = 18080;
const SMTP_PORT = 18025;
/** The `for` of the alerts in seconds. */
const FOR = 10;
/** Time within which a notification arrives, in seconds. */
const LIMIT = FOR + 60;

/** A stack with two Alertmanagers, all kinds of receivers and short delays. */
const STACK = `
import { App, TerraformStack } from "cdktf";
import {
  Alert, Alertmanager, LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Prometheus, Receiver, Secret,
} from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const server = (name: string) => new LocalServer(stack, name + "-server", { network });
const webhook = Receiver.webhook("hook", { url: Secret.fromEnvironment("HOOK_URL"), bearerToken: Secret.fromEnvironment("HOOK_TOKEN") });
const slack = Receiver.slack("chat", { webhookUrl: Secret.fromEnvironment("SLACK_URL"), channel: "#alerts" });
const mail = Receiver.email("mail", {
  smarthost: "${GATEWAY}:${SMTP_PORT}", from: "monitoring@example.com", to: ["ops@example.com"], requireTls: false,
});
const soon = ["ServerUnreachable", "DiskFull", "UnitFailed"].map((name) => Alert.tune(name, { for: "${FOR}s" }));
const monitoring = new Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  receivers: [Receiver.group("all", [webhook, slack, mail])],
  routing: { groupWait: "2s", groupInterval: "5s" },
  deadMansSwitch: Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("PING_URL") }),
  alerts: [...soon, Alert.tune("AlertmanagerDown", { for: "${2 * FOR}s" })],
});
const hub = new MonitoringHost(stack, "hub", { monitoring, server: server("hub") });
new Prometheus(hub, "prometheus", { scrapeInterval: "5s", evaluationInterval: "5s" });
new Alertmanager(hub, "alertmanager");
const second = new MonitoringHost(stack, "second", { monitoring, server: server("second") });
new Alertmanager(second, "alertmanager");
for (const name of ["app", "web"]) new MonitoredServer(stack, name, { monitoring, server: server(name) });
app.synth();
`;

/** The body of a request from Alertmanager to a webhook. */
interface Message {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** The body of a request from Alertmanager to Slack. */
interface SlackMessage {
  readonly channel: string;
  readonly attachments: readonly { readonly title: string; readonly text: string; readonly color: string }[];
}

const project = new Project("e2e-notify", "198.19.0.0/20");
const http = new HttpSink();
const smtp = new SmtpSink();
const SECRETS = {
  HOOK_URL: `http://${GATEWAY}:${HTTP_PORT}/hook?key=s3cret-hook`,
  HOOK_TOKEN: "s3cret-token",
  SLACK_URL: `http://${GATEWAY}:${HTTP_PORT}/services/s3cret-slack`,
  PING_URL: `http://${GATEWAY}:${HTTP_PORT}/ping/s3cret-ping`,
};

/** Returns the messages of the webhook about an alert of a server with a status. */
function messages(alertname: string, instance: string, status: string): Message[] {
  return http
    .json<Message>("/hook?key=s3cret-hook")
    .filter((message) =>
      message.alerts.some(
        (alert) =>
          alert.labels.alertname === alertname && alert.labels.instance === instance && alert.status === status,
      ),
    );
}

/** Returns status and summary of each alert in the webhook's messages that contain a text. */
function notifications(text: string): string[][] {
  return http
    .json<Message>("/hook?key=s3cret-hook")
    .filter((message) => JSON.stringify(message).includes(text))
    .map(({ alerts }) => alerts.map(({ annotations, status }) => `${status}: ${annotations.summary ?? ""}`));
}

/** The alerts of the test, with their servers. */
const EVENTS = [
  ["ServerUnreachable", "web"],
  ["DiskFull", "app"],
  ["UnitFailed", "app"],
] as const;

/** Waits until an alert of a server arrives at the webhook, at Slack and by mail. */
async function expectEverywhere(alertname: string, instance: string, status: string, seconds: number): Promise<void> {
  const summary = await eventually(`${alertname} of ${instance} (${status}) at the webhook`, seconds, () => {
    const [first] = messages(alertname, instance, status);
    return first?.alerts.find(({ labels }) => labels.instance === instance)?.annotations.summary;
  });
  await eventually(`the same in Slack`, 10, () =>
    http
      .json<SlackMessage>("/services/s3cret-slack")
      .find(({ attachments }) => JSON.stringify(attachments).includes(instance)),
  );
  await eventually(`the same by mail`, 10, () => smtp.mails.find((text) => text.includes(summary.slice(0, 20))));
}

beforeAll(async () => {
  project.edit("main.ts", () => STACK);
  await project.up(SECRETS);
  await http.listen(GATEWAY, HTTP_PORT);
  await smtp.listen(GATEWAY, SMTP_PORT);
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  http.close();
  smtp.close();
  await project.end(SECRETS);
}, DEPLOY_TIMEOUT);

test(
  "npm run verify sends a test alert, and lists the receivers that it reaches",
  async () => {
    const output = await project.succeed("verify", [], SECRETS);
    expect(output).toMatch(
      /PASS +alert delivery +2 Alertmanagers: test alert accepted by all \(email\) in [\d.]+ s, all \(slack\) in [\d.]+ s, all \(webhook\) in/,
    );
    expect(messages("MonitoringTest", "hub", "firing")).toHaveLength(1);
    expect(messages("MonitoringTest", "second", "firing")).toHaveLength(1);
  },
  DEPLOY_TIMEOUT,
);

describe("all receivers are notified within the alert's for and a minute", () => {
  beforeAll(() => {
    project.docker("stop", "--time", "2", `${project.prefix}-web`);
    project.on("app", "mkdir /mnt/small && mount -t tmpfs -o size=8m small /mnt/small");
    project.on("app", "head -c 7900000 /dev/zero > /mnt/small/file");
    project.on("app", "systemd-run --unit broken --service-type oneshot false 2>&1 || true");
  }, 60_000);

  test.each([
    ["of a stopped server", "ServerUnreachable", "web"],
    ["of a disk that is more than 90 % full", "DiskFull", "app"],
    ["of a failed unit", "UnitFailed", "app"],
  ])(
    "%s",
    async (_, alertname, instance) => {
      await expectEverywhere(alertname, instance, "firing", LIMIT);
    },
    (LIMIT + 30) * 1000,
  );

  test("once by both Alertmanagers together, and without the warning of a critical alert", () => {
    for (const [alertname, instance] of EVENTS) expect(messages(alertname, instance, "firing")).toHaveLength(1);
    const severities = messages("DiskFull", "app", "firing").flatMap(({ alerts }) =>
      alerts.map(({ labels }) => labels.severity),
    );
    expect(severities).toEqual(["critical"]);
  });

  test("with the problem, the server and the severity", () => {
    const [disk] = messages("DiskFull", "app", "firing");
    expect(disk?.alerts[0]?.labels).toMatchObject({ mountpoint: "/mnt/small", monitoring: "monitoring" });
    expect(disk?.alerts[0]?.annotations.summary).toMatch(/^\/mnt\/small on app is 9\d % full$/);
    expect(disk?.alerts[0]?.annotations.runbook_url).toMatch(
      /^https:\/\/198\.19\.\d+\.\d+:9090\/user\/runbooks\.html#DiskFull$/,
    );
    const slack = JSON.stringify(http.json<SlackMessage>("/services/s3cret-slack"));
    expect(slack).toContain("/mnt/small on app is");
    expect(smtp.mails.join("\n")).toMatch(/^Subject: .*app/m);
  });

  test("with the URL of a runbook that exists", async () => {
    const [server] = messages("ServerUnreachable", "web", "firing");
    const { pathname } = new URL(server?.alerts[0]?.annotations.runbook_url ?? "");
    const page = await fetchFrom(project, "hub")(apiUrl("prometheus") + pathname);
    expect({ status: page.status, type: page.headers.get("content-type") }).toEqual({
      status: 200,
      type: expect.stringContaining("text/html") as string,
    });
    expect(await page.text()).toContain('id="ServerUnreachable"');
  });

  test("when the problem is solved", async () => {
    project.docker("start", `${project.prefix}-web`);
    project.on("app", "umount /mnt/small && systemctl reset-failed broken");
    for (const [alertname, instance] of EVENTS) await expectEverywhere(alertname, instance, "resolved", 60);
  }, 120_000);
});

test(
  "npm run rotate deploys a receiver's new address",
  async () => {
    const moved = { ...SECRETS, HOOK_URL: `http://${GATEWAY}:${HTTP_PORT}/moved` };
    const { code, output } = await project.npm("rotate", ["hook.url"], moved);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/alertmanager/) as string });
    await project.npm("verify", [], moved);
    expect(http.json<Message>("/moved").map(({ alerts }) => alerts[0]?.labels.alertname)).toContain("MonitoringTest");
    expect((await project.npm("rotate", ["hook.url"], SECRETS)).code).toBe(0);
  },
  2 * DEPLOY_TIMEOUT,
);

describe("with one of the two Alertmanagers' servers down", () => {
  beforeAll(() => {
    project.docker("stop", "--time", "2", `${project.prefix}-second`);
    // Not on the server of the first unit: for a quarter of an hour Prometheus reports its alert as resolved, and
    // Alertmanager repeats it in each new message about this server.
    project.on("web", "systemd-run --unit broken-again --service-type oneshot false 2>&1 || true");
  }, 60_000);

  test(
    "the other one notifies once per problem, and suppresses the consequences",
    async () => {
      await expectEverywhere("ServerUnreachable", "second", "firing", LIMIT);
      await eventually("the second unit that failed", LIMIT, () =>
        http.received.find(({ body }) => body.includes("broken-again.service")),
      );
      // The alerts about the consequences fire within this time.
      await pause(2 * FOR + 5);
      expect(messages("ServerUnreachable", "second", "firing")).toHaveLength(1);
      expect(notifications("broken-again.service")).toEqual([["firing: broken-again.service on web has failed"]]);
      expect(notifications("AlertmanagerDown")).toEqual([]);
    },
    3 * LIMIT * 1000,
  );
});

test("both Alertmanagers together ping the dead man's switch once per minute", async () => {
  const pings = (): number[] => http.received.filter(({ path }) => path.startsWith("/ping/")).map(({ time }) => time);
  await until("three pings", 200, () => pings().length >= 3);
  const [, second = 0, third = 0] = pings();
  expect((third - second) / 1000).toBeGreaterThan(45);
  expect((third - second) / 1000).toBeLessThan(75);
}, 220_000);
