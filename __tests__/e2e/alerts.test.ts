import { Project, requireSuccess } from "../support/project";
import { HttpSink, SmtpSink } from "../support/sinks";
import { eventually } from "../support/wait";

/** What a whole deploy may take at most, in milliseconds. */
const DEPLOY = 300_000;
/** The network's gateway is this machine, where what is sent is received. */
const GATEWAY = "198.19.0.1";
const HTTP_PORT = 18080;
const SMTP_PORT = 18025;
/** The `for` of the alerts here, and what they promise: to arrive within it and a minute, in seconds. */
const FOR = 10;
const PROMISED = FOR + 60;

/** Two Alertmanagers, which tell everybody that is here; what they are told of comes soon, for it is waited for. */
const STACK = `
import { App, TerraformStack } from "cdktf";
import {
  Alert, Alertmanager, LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Prometheus, Receiver, Secret,
} from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", { prefix: process.env.LOCAL_PREFIX, subnet: process.env.LOCAL_SUBNET });
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

/** What Alertmanager posts to a webhook. */
interface Message {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** What it posts to Slack. */
interface SlackMessage {
  readonly channel: string;
  readonly attachments: readonly { readonly title: string; readonly text: string; readonly color: string }[];
}

const project = new Project("e2e-hear", "198.19.0.0/20");
const http = new HttpSink();
const smtp = new SmtpSink();
const SECRETS = {
  HOOK_URL: `http://${GATEWAY}:${HTTP_PORT}/hook?key=s3cret-hook`,
  HOOK_TOKEN: "s3cret-token",
  SLACK_URL: `http://${GATEWAY}:${HTTP_PORT}/services/s3cret-slack`,
  PING_URL: `http://${GATEWAY}:${HTTP_PORT}/ping/s3cret-ping`,
};

/** The messages that the webhook got of an alert of a server, by their status. */
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

/** What the alerts say, and whether they fire, in each of the webhook's messages that name `text`. */
function told(text: string): string[][] {
  return http
    .json<Message>("/hook?key=s3cret-hook")
    .filter((message) => JSON.stringify(message).includes(text))
    .map(({ alerts }) => alerts.map(({ annotations, status }) => `${status}: ${annotations.summary ?? ""}`));
}

/** What goes wrong here: which alert, of which server. */
const EVENTS = [
  ["ServerUnreachable", "web"],
  ["DiskFull", "app"],
  ["UnitFailed", "app"],
] as const;

/** Waits until an alert of a server came to all: the webhook, Slack and by mail. */
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
}, 2 * DEPLOY);

afterAll(async () => {
  http.close();
  smtp.close();
  await project.end(SECRETS);
}, DEPLOY);

test(
  "npm run verify sends a test alert through the whole way, and tells who took it",
  async () => {
    const { code, output } = await project.npm("verify", [], SECRETS);
    requireSuccess({ code, output });
    expect(output).toMatch(
      /PASS +alert delivery +2 Alertmanagers: test alert accepted by all \(email\) in [\d.]+ s, all \(slack\) in [\d.]+ s, all \(webhook\) in/,
    );
    expect(messages("MonitoringTest", "hub", "firing")).toHaveLength(1);
    expect(messages("MonitoringTest", "second", "firing")).toHaveLength(1);
  },
  DEPLOY,
);

describe("what goes wrong is told everywhere within the alert's for and a minute", () => {
  beforeAll(() => {
    project.docker("stop", "--time", "2", `${project.prefix}-web`);
    project.on("app", "mkdir /mnt/small && mount -t tmpfs -o size=8m small /mnt/small");
    project.on("app", "head -c 7900000 /dev/zero > /mnt/small/file");
    project.on("app", "systemd-run --unit broken --service-type oneshot false 2>&1 || true");
  }, 60_000);

  test.each([
    ["a stopped server", "ServerUnreachable", "web"],
    ["a disk that is more than 90 % full", "DiskFull", "app"],
    ["a unit that failed", "UnitFailed", "app"],
  ])(
    "%s",
    async (_, alertname, instance) => {
      await expectEverywhere(alertname, instance, "firing", PROMISED);
    },
    (PROMISED + 30) * 1000,
  );

  test("as the two Alertmanagers have it, once, and the warning not beside what is critical", () => {
    for (const [alertname, instance] of EVENTS) expect(messages(alertname, instance, "firing")).toHaveLength(1);
    const severities = messages("DiskFull", "app", "firing").flatMap(({ alerts }) =>
      alerts.map(({ labels }) => labels.severity),
    );
    expect(severities).toEqual(["critical"]);
  });

  test("in words that say what, where and how bad", () => {
    const [disk] = messages("DiskFull", "app", "firing");
    expect(disk?.alerts[0]?.labels).toMatchObject({ mountpoint: "/mnt/small", monitoring: "monitoring" });
    expect(disk?.alerts[0]?.annotations.summary).toMatch(/^\/mnt\/small on app is 9\d % full$/);
    expect(disk?.alerts[0]?.annotations.runbook_url).toMatch(
      /^http:\/\/198\.19\.\d+\.\d+:9090\/user\/runbooks\.html#DiskFull$/,
    );
    const slack = JSON.stringify(http.json<SlackMessage>("/services/s3cret-slack"));
    expect(slack).toContain("/mnt/small on app is");
    expect(smtp.mails.join("\n")).toMatch(/^Subject: .*app/m);
  });

  test("the page of the runbook is there", async () => {
    const [server] = messages("ServerUnreachable", "web", "firing");
    const page = await fetch(server?.alerts[0]?.annotations.runbook_url ?? "");
    expect({ status: page.status, type: page.headers.get("content-type") }).toEqual({
      status: 200,
      type: expect.stringContaining("text/html") as string,
    });
    expect(await page.text()).toContain('id="ServerUnreachable"');
  });

  test("and that it is over, when it is mended", async () => {
    project.docker("start", `${project.prefix}-web`);
    project.on("app", "umount /mnt/small && systemctl reset-failed broken");
    for (const [alertname, instance] of EVENTS) await expectEverywhere(alertname, instance, "resolved", 60);
  }, 120_000);
});

test(
  "a receiver's new address is told to the servers by npm run rotate, and holds from then on",
  async () => {
    const moved = { ...SECRETS, HOOK_URL: `http://${GATEWAY}:${HTTP_PORT}/moved` };
    const { code, output } = await project.npm("rotate", ["hook.url"], moved);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/alertmanager/) as string });
    await project.npm("verify", [], moved);
    expect(http.json<Message>("/moved").map(({ alerts }) => alerts[0]?.labels.alertname)).toContain("MonitoringTest");
    expect((await project.npm("rotate", ["hook.url"], SECRETS)).code).toBe(0);
  },
  2 * DEPLOY,
);

describe("with one of the two Alertmanagers' servers down", () => {
  beforeAll(() => {
    project.docker("stop", "--time", "2", `${project.prefix}-second`);
    // Not on the server where another one is just mended: for a quarter of an hour Prometheus goes on to say so, and
    // Alertmanager repeats it beside whatever else is new of that server.
    project.on("web", "systemd-run --unit broken-again --service-type oneshot false 2>&1 || true");
  }, 60_000);

  test(
    "the other one tells of it and of whatever else, once, and not of what follows from it",
    async () => {
      await expectEverywhere("ServerUnreachable", "second", "firing", PROMISED);
      await eventually("the second unit that failed", PROMISED, () =>
        http.received.find(({ body }) => body.includes("broken-again.service")),
      );
      // As long as it takes until what follows from it fires, too.
      await new Promise((done) => setTimeout(done, (2 * FOR + 5) * 1000));
      expect(messages("ServerUnreachable", "second", "firing")).toHaveLength(1);
      expect(told("broken-again.service")).toEqual([["firing: broken-again.service on web has failed"]]);
      expect(told("AlertmanagerDown")).toEqual([]);
    },
    3 * PROMISED * 1000,
  );
});

test("the dead man's switch is pinged each minute, once by both Alertmanagers together", async () => {
  const pings = (): number[] => http.received.filter(({ path }) => path.startsWith("/ping/")).map(({ time }) => time);
  await eventually("three pings", 200, () => (pings().length >= 3 ? true : undefined));
  const [, second = 0, third = 0] = pings();
  expect((third - second) / 1000).toBeGreaterThan(45);
  expect((third - second) / 1000).toBeLessThan(75);
}, 220_000);
