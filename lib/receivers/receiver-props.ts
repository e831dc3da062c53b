import { Secret } from "../inventory/secret";

/** What all receivers may be told. */
export interface ReceiverProps {
  /**
   * Whether it is told also when alerts are over.
   *
   * @default true
   */
  readonly sendResolved?: boolean;
}

/** Settings of a Slack receiver. */
export interface SlackReceiverProps extends ReceiverProps {
  /** The URL of an incoming webhook: `https://hooks.slack.com/services/…`. */
  readonly webhookUrl: Secret;
  /**
   * The channel, as `#alerts`. Webhooks of Slack apps (the kind that a free workspace has) post to the channel that they
   * were made for, whatever stands here; only the older "custom integrations" follow it.
   *
   * @default - the webhook's own channel
   */
  readonly channel?: string;
}

/** Settings of a receiver that needs only the URL of a webhook: Discord and Microsoft Teams. */
export interface WebhookUrlReceiverProps extends ReceiverProps {
  /**
   * URL of the webhook. Discord: `https://discord.com/api/webhooks/…`. Microsoft Teams: the URL of a workflow ("Send
   * webhook alerts to a channel"), `https://….logic.azure.com/workflows/…`.
   */
  readonly webhookUrl: Secret;
}

/** Who we are to a mail server. */
export interface EmailLogin {
  /** The user's name at the mail server. */
  readonly user: string;
  /** That user's password. */
  readonly password: Secret;
}

/** Settings of an e-mail receiver. */
export interface EmailReceiverProps extends ReceiverProps {
  /** The mail server, as `smtp.example.com:587`. At port 465 TLS begins at once, at others by STARTTLS. */
  readonly smarthost: string;
  /** The address that mails come from. */
  readonly from: string;
  /** The addresses that they go to. */
  readonly to: readonly string[];
  /**
   * Who logs in at the mail server.
   *
   * @default - the mail server takes mails from us without
   */
  readonly login?: EmailLogin;
  /**
   * Whether mails are only sent through TLS.
   *
   * @default true
   */
  readonly requireTls?: boolean;
}

/** Settings of a PagerDuty receiver. */
export interface PagerDutyReceiverProps extends ReceiverProps {
  /** The integration key of a service's "Events API v2". */
  readonly routingKey: Secret;
  /**
   * Where events go. Accounts in the EU have `https://events.eu.pagerduty.com/v2/enqueue`.
   *
   * @default - PagerDuty's own for accounts elsewhere
   */
  readonly url?: string;
}

/** Settings of a Telegram receiver. */
export interface TelegramReceiverProps extends ReceiverProps {
  /** The token that @BotFather gave for the bot. */
  readonly botToken: Secret;
  /** The chat; groups have negative numbers. */
  readonly chatId: number;
  /** The number of a group's topic. @default - none */
  readonly topic?: number;
  /** Another server of Telegram's Bot API. @default - Telegram's own */
  readonly apiUrl?: string;
}

/** Settings of an ntfy receiver. */
export interface NtfyReceiverProps extends ReceiverProps {
  /** The URL of the topic: `https://ntfy.sh/<a name that nobody guesses>`. On ntfy.sh, whoever knows it reads and writes. */
  readonly topicUrl: Secret;
  /** An access token, where the topic is protected. @default - none */
  readonly accessToken?: Secret;
  /** How the phone behaves: 1 (silent) to 5 (rings on). @default - ntfy's own, 3 */
  readonly priority?: number;
}

/** Settings of a webhook. */
export interface WebhookReceiverProps extends ReceiverProps {
  /** The URL that gets Alertmanager's JSON by POST. */
  readonly url: Secret;
  /** A token that is sent as `Authorization: Bearer`. @default - none */
  readonly bearerToken?: Secret;
  /** How many alerts one message has at most; it tells how many more there were. @default - all */
  readonly maxAlerts?: number;
}

/** Settings of a dead man's switch. */
export interface HealthchecksReceiverProps {
  /** The URL that is pinged each minute: `https://hc-ping.com/<uuid>`. */
  readonly pingUrl: Secret;
}
