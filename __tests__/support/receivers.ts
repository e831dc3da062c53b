import { Receiver } from "../../lib/receivers/receiver";
import { Secret } from "../../lib/inventory/secret";

export const secret = Secret.fromEnvironment("SOME_SECRET");
export const slack = Receiver.slack("slack", { webhookUrl: secret, channel: "#alerts" });
export const pager = Receiver.pagerDuty("pager", { routingKey: secret });
export const team = Receiver.webhook("team", { url: secret, bearerToken: secret, maxAlerts: 5 });
export const outside = Receiver.healthchecks("outside", { pingUrl: secret });
const mail = { from: "alerts@example.com", to: ["ops@example.com", "more@example.com"] };

/** Receivers of each kind, some with several settings. */
export const everyKind: readonly Receiver[] = [
  slack,
  pager,
  team,
  outside,
  Receiver.discord("discord", { webhookUrl: secret }),
  Receiver.teams("teams", { webhookUrl: secret }),
  Receiver.email("mail", { ...mail, smarthost: "smtp.example.com:587", login: { user: "u", password: secret } }),
  Receiver.email("sink", { ...mail, smarthost: "127.0.0.1:2525", requireTls: false }),
  Receiver.pagerDuty("europe", { routingKey: secret, url: "https://events.eu.pagerduty.com/v2/enqueue" }),
  Receiver.telegram("chat", { botToken: secret, chatId: -1001234567890, topic: 7, apiUrl: "http://127.0.0.1:1/" }),
  Receiver.ntfy("phone", { topicUrl: secret, accessToken: secret, priority: 5 }),
  Receiver.ntfy("yes", { topicUrl: secret, sendResolved: false }),
];
