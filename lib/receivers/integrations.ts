import { Secret } from "../inventory/secret";
import { Integration, Setting } from "./integration";
import {
  EmailReceiverProps,
  HealthchecksReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
  WebhookUrlReceiverProps,
} from "./receiver-props";

/** Calls a template of `template-files.ts`. */
const text = (name: string): string => `{{ template "monitoring.${name}" . }}`;

export function slack({ webhookUrl, channel, sendResolved = true }: SlackReceiverProps): Integration {
  return {
    key: "slack_configs",
    secrets: { webhook_url: webhookUrl },
    settings: (file) => ({
      api_url_file: file("webhook_url"),
      channel,
      send_resolved: sendResolved,
      color: text("color.slack"),
      title: text("title.slack"),
      title_link: text("url.alerts"),
      text: text("text.slack"),
      fallback: text("title.slack"),
      footer: "",
    }),
  };
}

export function discord({ webhookUrl, sendResolved = true }: WebhookUrlReceiverProps): Integration {
  return {
    key: "discord_configs",
    secrets: { webhook_url: webhookUrl },
    settings: (file) => ({
      webhook_url_file: file("webhook_url"),
      send_resolved: sendResolved,
      title: text("title.plain"),
      message: text("text.markdown"),
    }),
  };
}

export function teams({ webhookUrl, sendResolved = true }: WebhookUrlReceiverProps): Integration {
  return {
    key: "msteamsv2_configs",
    secrets: { webhook_url: webhookUrl },
    settings: (file) => ({
      webhook_url_file: file("webhook_url"),
      send_resolved: sendResolved,
      title: text("title.plain"),
      text: text("text.markdown"),
    }),
  };
}

export function email(props: EmailReceiverProps): Integration {
  const { smarthost, from, to, login, requireTls = true, sendResolved = true } = props;
  return {
    key: "email_configs",
    secrets: login === undefined ? {} : { password: login.password },
    settings: (file) => ({
      smarthost,
      from,
      to: to.join(", "),
      auth_username: login?.user,
      auth_password_file: login && file("password"),
      require_tls: requireTls,
      send_resolved: sendResolved,
      headers: { Subject: text("title.plain") },
      html: text("mail"),
      text: text("text.plain"),
    }),
  };
}

export function pagerDuty({ routingKey, url, sendResolved = true }: PagerDutyReceiverProps): Integration {
  return {
    key: "pagerduty_configs",
    secrets: { routing_key: routingKey },
    settings: (file) => ({
      routing_key_file: file("routing_key"),
      url,
      send_resolved: sendResolved,
      description: text("title.plain"),
      severity: text("severity.pagerduty"),
      client: "Alertmanager",
      client_url: text("url.alerts"),
      class: "{{ .CommonLabels.alertname }}",
      component: "{{ .CommonLabels.instance }}",
      group: "{{ .CommonLabels.monitoring }}",
      details: { alerts: text("text.plain") },
    }),
  };
}

export function telegram(props: TelegramReceiverProps): Integration {
  const { botToken, chatId, topic, apiUrl, sendResolved = true } = props;
  return {
    key: "telegram_configs",
    secrets: { bot_token: botToken },
    settings: (file) => ({
      bot_token_file: file("bot_token"),
      chat_id: chatId,
      message_thread_id: topic,
      api_url: apiUrl,
      send_resolved: sendResolved,
      parse_mode: "HTML",
      message: text("text.telegram"),
    }),
  };
}

export function webhook({ url, bearerToken, maxAlerts, sendResolved = true }: WebhookReceiverProps): Integration {
  return {
    key: "webhook_configs",
    secrets: { url, ...(bearerToken && { bearer_token: bearerToken }) },
    settings: (file) => ({
      url_file: file("url"),
      max_alerts: maxAlerts,
      send_resolved: sendResolved,
      http_config: bearerToken && bearerAuthorization(file("bearer_token")),
    }),
  };
}

/** Sends no resolved notifications, because the service would mistake them for pings. */
export function healthchecks({ pingUrl }: HealthchecksReceiverProps): Integration {
  return webhook({ url: pingUrl, sendResolved: false });
}

/** Returns HTTP settings with a bearer token that is read from a file. */
export function bearerAuthorization(file: string): Readonly<Record<string, Setting>> {
  return { authorization: { type: "Bearer", credentials_file: file } };
}

/**
 * Returns the first problem with the secrets of an integration, or undefined. Never repeats a value, which can be the
 * secret.
 */
export function secretsProblem({ secrets }: Integration): string | undefined {
  const missing = Object.entries(secrets).find(([, secret]) => !((secret as unknown) instanceof Secret));
  if (missing === undefined) return undefined;
  return `${missing[0]} is not a Secret: use Secret.fromEnvironment("<name of a variable>") or Secret.fromFile("<path>")`;
}
