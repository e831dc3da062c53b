import { Secret } from "../inventory/secret";

/** Properties of every receiver, except a dead man's switch. */
export interface ReceiverProps {
  /**
   * Whether the receiver is also notified when alerts are resolved.
   *
   * @default true
   */
  readonly sendResolved?: boolean;
}

/** Properties of a Slack receiver. */
export interface SlackReceiverProps extends ReceiverProps {
  /** URL of an incoming webhook: `https://hooks.slack.com/services/…`. */
  readonly webhookUrl: Secret;
  /**
   * Channel, such as `#alerts`. Only webhooks of older "custom integrations" use this setting. The webhook of a Slack
   * app always posts to the channel for which it was created.
   *
   * @default - the channel of the webhook
   */
  readonly channel?: string;
}

/** Properties of a receiver that needs only the URL of a webhook: Discord and Microsoft Teams. */
export interface WebhookUrlReceiverProps extends ReceiverProps {
  /**
   * URL of the webhook. Discord: `https://discord.com/api/webhooks/…`. Microsoft Teams: the URL of a workflow "Send
   * webhook alerts to a channel", `https://….logic.azure.com/workflows/…`.
   */
  readonly webhookUrl: Secret;
}

/** Login at a mail server. */
export interface EmailLogin {
  /** User name. */
  readonly user: string;
  /** Password of the user. */
  readonly password: Secret;
}

/** Properties of an e-mail receiver. */
export interface EmailReceiverProps extends ReceiverProps {
  /**
   * Host and port of the mail server, such as `smtp.example.com:587`. Port 465 uses TLS from the start, other ports use
   * STARTTLS.
   */
  readonly smarthost: string;
  /** Address of the sender. */
  readonly from: string;
  /** Addresses of the recipients. */
  readonly to: readonly string[];
  /**
   * Login at the mail server.
   *
   * @default - none, for a mail server that needs no login
   */
  readonly login?: EmailLogin;
  /**
   * Whether e-mails are sent only over TLS.
   *
   * @default true
   */
  readonly requireTls?: boolean;
}

/** Properties of a PagerDuty receiver. */
export interface PagerDutyReceiverProps extends ReceiverProps {
  /** Integration key of an "Events API v2" integration. */
  readonly routingKey: Secret;
  /**
   * URL of the events API. Accounts in the EU use `https://events.eu.pagerduty.com/v2/enqueue`.
   *
   * @default - PagerDuty's URL for accounts outside the EU
   */
  readonly url?: string;
}

/** Properties of a Telegram receiver. */
export interface TelegramReceiverProps extends ReceiverProps {
  /** Token of the bot, from `@BotFather`. */
  readonly botToken: Secret;
  /** Id of the chat. Groups have negative ids. */
  readonly chatId: number;
  /** Id of a topic in a group. @default - none */
  readonly topic?: number;
  /** URL of a Bot API server. @default - Telegram's server */
  readonly apiUrl?: string;
}

/** Properties of an ntfy receiver. */
export interface NtfyReceiverProps extends ReceiverProps {
  /**
   * URL of the topic: `https://ntfy.sh/<random name>`. On ntfy.sh, everybody who knows the URL can read the topic and
   * write to it.
   */
  readonly topicUrl: Secret;
  /** Access token, for a protected topic. @default - none */
  readonly accessToken?: Secret;
  /** Priority of the notifications, from 1 (silent) to 5 (most urgent). @default - ntfy's default, 3 */
  readonly priority?: number;
}

/** Properties of a webhook receiver. */
export interface WebhookReceiverProps extends ReceiverProps {
  /** URL to which Alertmanager posts its JSON. */
  readonly url: Secret;
  /** Token that is sent as `Authorization: Bearer`. @default - none */
  readonly bearerToken?: Secret;
  /** Maximum number of alerts in one request. The request contains the number of omitted alerts. @default - no limit */
  readonly maxAlerts?: number;
}

/** Properties of a dead man's switch. */
export interface HealthchecksReceiverProps {
  /** URL that is pinged every minute: `https://hc-ping.com/<uuid>`. */
  readonly pingUrl: Secret;
}
