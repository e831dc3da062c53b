import { Receiver } from "../../../lib/receivers/receiver";
import { Secret } from "../../../lib/inventory/secret";

const secret = Secret.fromEnvironment("SOME_SECRET", { version: "2" });
const mail = { smarthost: "smtp.example.com:587", from: "alerts@example.com", to: ["ops@example.com"] };

describe("Receiver", () => {
  test("references its secrets without their values", () => {
    expect(Receiver.slack("ops", { webhookUrl: secret })._secrets).toEqual([
      { name: "ops.webhook_url", environment: "SOME_SECRET", version: "2", url: true },
    ]);
    expect(Receiver.ntfy("phone", { topicUrl: secret, accessToken: Secret.fromFile("token") })._secrets).toEqual([
      { name: "phone.topic_url", environment: "SOME_SECRET", version: "2", url: true },
      { name: "phone.access_token", file: "token", version: "1" },
    ]);
    expect(Receiver.email("mail", mail)._secrets).toEqual([]);
  });

  test("combines receivers, each once", () => {
    const slack = Receiver.slack("ops", { webhookUrl: secret });
    const pager = Receiver.pagerDuty("pager", { routingKey: secret });
    const both = Receiver.group("both", [slack, pager, slack]);
    expect(both.name).toBe("both");
    expect(both._secrets.map(({ name }) => name)).toEqual(["ops.webhook_url", "pager.routing_key"]);
  });

  test.each<[string, () => Receiver, string]>([
    ["a name with a space", () => Receiver.slack("the ops", { webhookUrl: secret }), "the name is invalid"],
    ["a name with a path", () => Receiver.webhook("../x", { url: secret }), "the name is invalid"],
    ["a reserved name", () => Receiver.webhook("nobody", { url: secret }), "the name is reserved"],
    ["an empty group", () => Receiver.group("all", []), "the group has no members"],
    ["a channel with a space", () => Receiver.slack("a", { webhookUrl: secret, channel: "#my alerts" }), "the channel"],
    [
      "a mail server without port",
      () => Receiver.email("a", { ...mail, smarthost: "smtp.example.com" }),
      '"host:port"',
    ],
    [
      "an invalid port of a mail server",
      () => Receiver.email("a", { ...mail, smarthost: "smtp:70000" }),
      '"host:port"',
    ],
    ["an e-mail without recipients", () => Receiver.email("a", { ...mail, to: [] }), "to is empty"],
    ["an invalid recipient", () => Receiver.email("a", { ...mail, to: ["ops"] }), '"ops" is not an e-mail address'],
    ["an invalid sender", () => Receiver.email("a", { ...mail, from: "a@b@c" }), '"a@b@c" is not an e-mail address'],
    [
      "a login without user",
      () => Receiver.email("a", { ...mail, login: { user: "", password: secret } }),
      "login.user is empty",
    ],
    [
      "a password without TLS",
      () => Receiver.email("a", { ...mail, login: { user: "u", password: secret }, requireTls: false }),
      "requireTls: false would send the password unencrypted",
    ],
    [
      "an invalid URL",
      () => Receiver.pagerDuty("a", { routingKey: secret, url: "events.pagerduty.com" }),
      'url "events',
    ],
    [
      "an invalid URL of an API",
      () => Receiver.telegram("a", { botToken: secret, chatId: 1, apiUrl: "x" }),
      'apiUrl "x"',
    ],
    ["an invalid chat", () => Receiver.telegram("a", { botToken: secret, chatId: Number("x") }), "chatId NaN"],
    ["an invalid topic", () => Receiver.telegram("a", { botToken: secret, chatId: -1, topic: 0 }), "topic 0"],
    ["a priority beyond 5", () => Receiver.ntfy("a", { topicUrl: secret, priority: 6 }), "priority 6"],
    ["a maximum of no alerts", () => Receiver.webhook("a", { url: secret, maxAlerts: 0 }), "maxAlerts 0"],
  ])("rejects %s", (_what, construct, expected) => {
    expect(construct).toThrow(expected);
    expect(construct).toThrow(/^receiver "/);
  });

  test("accepts a password on port 465, which always uses TLS", () => {
    const login = { user: "u", password: secret };
    expect(() => Receiver.email("a", { ...mail, smarthost: "smtp:465", login, requireTls: false })).not.toThrow();
  });

  test("rejects a value that is not a Secret, without repeating it", () => {
    const missing = (): Receiver => Receiver.slack("ops", { webhookUrl: undefined as unknown as Secret });
    const bare = (): Receiver => Receiver.webhook("hook", { url: "https://example.com/t0ken" as unknown as Secret });
    expect(missing).toThrow('receiver "ops": webhook_url is not a Secret: use Secret.fromEnvironment(');
    expect(bare).toThrow('receiver "hook": url is not a Secret');
    expect(bare).not.toThrow(/t0ken/);
  });
});
