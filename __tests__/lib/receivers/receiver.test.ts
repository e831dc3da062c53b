import { Receiver } from "../../../lib/receivers/receiver";
import { Secret } from "../../../lib/inventory/secret";

const secret = Secret.fromEnvironment("SOME_SECRET", { version: "2" });
const mail = { smarthost: "smtp.example.com:587", from: "alerts@example.com", to: ["ops@example.com"] };

describe("Receiver", () => {
  test("names the places of its secrets, and nothing that is secret", () => {
    expect(Receiver.slack("ops", { webhookUrl: secret })._secrets).toEqual([
      { name: "ops.webhook_url", environment: "SOME_SECRET", version: "2", url: true },
    ]);
    expect(Receiver.ntfy("phone", { topicUrl: secret, accessToken: Secret.fromFile("token") })._secrets).toEqual([
      { name: "phone.topic_url", environment: "SOME_SECRET", version: "2", url: true },
      { name: "phone.access_token", file: "token", version: "1" },
    ]);
    expect(Receiver.email("mail", mail)._secrets).toEqual([]);
  });

  test("is several together, each told once", () => {
    const slack = Receiver.slack("ops", { webhookUrl: secret });
    const pager = Receiver.pagerDuty("pager", { routingKey: secret });
    const both = Receiver.group("both", [slack, pager, slack]);
    expect(both.name).toBe("both");
    expect(both._secrets.map(({ name }) => name)).toEqual(["ops.webhook_url", "pager.routing_key"]);
  });

  test.each<[string, () => Receiver, string]>([
    ["a name with a space", () => Receiver.slack("the ops", { webhookUrl: secret }), "cannot be a receiver's name"],
    [
      "a name that would leave a folder",
      () => Receiver.webhook("../x", { url: secret }),
      "cannot be a receiver's name",
    ],
    ["the name of nobody", () => Receiver.webhook("nobody", { url: secret }), "this name is reserved"],
    ["a group of none", () => Receiver.group("all", []), "a group of receivers needs some"],
    ["a channel with a space", () => Receiver.slack("a", { webhookUrl: secret, channel: "#my alerts" }), "the channel"],
    [
      "a mail server without port",
      () => Receiver.email("a", { ...mail, smarthost: "smtp.example.com" }),
      '"host:port"',
    ],
    ["a mail server's wrong port", () => Receiver.email("a", { ...mail, smarthost: "smtp:70000" }), '"host:port"'],
    ["mail to nobody", () => Receiver.email("a", { ...mail, to: [] }), "it has no address in to"],
    ["mail to no address", () => Receiver.email("a", { ...mail, to: ["ops"] }), '"ops" is not an e-mail address'],
    ["mail from no address", () => Receiver.email("a", { ...mail, from: "a@b@c" }), '"a@b@c" is not an e-mail address'],
    [
      "a login without user",
      () => Receiver.email("a", { ...mail, login: { user: "", password: secret } }),
      "its login has no user",
    ],
    [
      "a password without TLS",
      () => Receiver.email("a", { ...mail, login: { user: "u", password: secret }, requireTls: false }),
      "a password is not sent without TLS",
    ],
    ["no URL", () => Receiver.pagerDuty("a", { routingKey: secret, url: "events.pagerduty.com" }), "its url"],
    ["no URL of an API", () => Receiver.telegram("a", { botToken: secret, chatId: 1, apiUrl: "x" }), "its apiUrl"],
    ["no chat", () => Receiver.telegram("a", { botToken: secret, chatId: Number("x") }), 'the chat "NaN"'],
    ["no topic", () => Receiver.telegram("a", { botToken: secret, chatId: -1, topic: 0 }), 'the topic "0"'],
    ["a priority beyond 5", () => Receiver.ntfy("a", { topicUrl: secret, priority: 6 }), 'the priority "6"'],
    ["no alerts at most", () => Receiver.webhook("a", { url: secret, maxAlerts: 0 }), 'maxAlerts "0"'],
  ])("refuses %s", (_what, construct, expected) => {
    expect(construct).toThrow(expected);
    expect(construct).toThrow(/^receiver "/);
  });

  test("sends a password by TLS that begins at once, too", () => {
    const login = { user: "u", password: secret };
    expect(() => Receiver.email("a", { ...mail, smarthost: "smtp:465", login, requireTls: false })).not.toThrow();
  });

  test("refuses what is no Secret, without repeating it", () => {
    const missing = (): Receiver => Receiver.slack("ops", { webhookUrl: undefined as unknown as Secret });
    const bare = (): Receiver => Receiver.webhook("hook", { url: "https://example.com/t0ken" as unknown as Secret });
    expect(missing).toThrow('receiver "ops": its webhook_url is no Secret: give Secret.fromEnvironment(');
    expect(bare).toThrow('receiver "hook": its url is no Secret');
    expect(bare).not.toThrow(/t0ken/);
  });
});
