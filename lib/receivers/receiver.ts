import { SecretReference } from "../inventory/secret";
import { Integration, integrationSecrets, OwnedIntegration } from "./integration";
import * as integrations from "./integrations";
import { ntfy } from "./ntfy";
import {
  EmailReceiverProps,
  HealthchecksReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
  WebhookUrlReceiverProps,
} from "./receiver-props";
import * as validate from "./receiver-validation";

/**
 * A destination of notifications. Routes refer to a receiver by its name, which consists of letters, digits, `_` and
 * `-`.
 *
 * Alertmanager reads each secret of a receiver from a separate file. No secret enters Terraform or Alertmanager's
 * configuration.
 *
 * @example
 * new Monitoring(this, "monitoring", {
 *   technicians: ["203.0.113.7/32"],
 *   receivers: [Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })],
 *   deadMansSwitch: Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("PING_URL") }),
 * });
 */
export class Receiver {
  /**
   * Notifies a Slack channel through an incoming webhook.
   *
   * @param name name of the receiver
   * @param props webhook and channel
   * @throws if the name, the channel or a secret is malformed
   */
  public static slack(name: string, props: SlackReceiverProps): Receiver {
    return Receiver.single(name, integrations.slack(props), validate.slackProblem(props));
  }

  /**
   * Notifies a Discord channel through a webhook.
   *
   * @param name name of the receiver
   * @param props webhook
   * @throws if the name or a secret is malformed
   */
  public static discord(name: string, props: WebhookUrlReceiverProps): Receiver {
    return Receiver.single(name, integrations.discord(props));
  }

  /**
   * Notifies a channel or chat in Microsoft Teams through a workflow.
   *
   * @param name name of the receiver
   * @param props webhook of the workflow
   * @throws if the name or a secret is malformed
   */
  public static teams(name: string, props: WebhookUrlReceiverProps): Receiver {
    return Receiver.single(name, integrations.teams(props));
  }

  /**
   * Sends e-mails.
   *
   * @param name name of the receiver
   * @param props mail server and addresses
   * @throws if the name, an address, the mail server or the login is malformed, or if the password would be sent
   *   without TLS
   */
  public static email(name: string, props: EmailReceiverProps): Receiver {
    return Receiver.single(name, integrations.email(props), validate.emailProblem(props));
  }

  /**
   * Sends events to a PagerDuty service.
   *
   * @param name name of the receiver
   * @param props integration key
   * @throws if the name, the URL or a secret is malformed
   */
  public static pagerDuty(name: string, props: PagerDutyReceiverProps): Receiver {
    return Receiver.single(name, integrations.pagerDuty(props), validate.pagerDutyProblem(props));
  }

  /**
   * Notifies a Telegram chat through a bot.
   *
   * @param name name of the receiver
   * @param props bot and chat
   * @throws if the name, the chat, the topic, the URL or a secret is malformed
   */
  public static telegram(name: string, props: TelegramReceiverProps): Receiver {
    return Receiver.single(name, integrations.telegram(props), validate.telegramProblem(props));
  }

  /**
   * Notifies phones that subscribe to a topic of ntfy, on ntfy.sh or on your own server. The server must run ntfy 2.10
   * or later.
   *
   * @param name name of the receiver
   * @param props topic and priority
   * @throws if the name, the priority or a secret is malformed
   */
  public static ntfy(name: string, props: NtfyReceiverProps): Receiver {
    return Receiver.single(name, ntfy(props), validate.ntfyProblem(props));
  }

  /**
   * Posts Alertmanager's JSON to a URL.
   *
   * @param name name of the receiver
   * @param props URL and token
   * @throws if the name, the number of alerts or a secret is malformed
   */
  public static webhook(name: string, props: WebhookReceiverProps): Receiver {
    return Receiver.single(name, integrations.webhook(props), validate.webhookProblem(props));
  }

  /**
   * Pings a service that notifies you if the pings stop, such as healthchecks.io. Use this receiver as `deadMansSwitch`.
   *
   * @param name name of the receiver
   * @param props URL to ping
   * @throws if the name or a secret is malformed
   */
  public static healthchecks(name: string, props: HealthchecksReceiverProps): Receiver {
    return Receiver.single(name, integrations.healthchecks(props));
  }

  /**
   * Combines several receivers. All of them get the alerts of the group.
   *
   * @param name name of the group
   * @param members receivers to notify
   * @throws if the name is malformed, or if there are no members
   */
  public static group(name: string, members: readonly Receiver[]): Receiver {
    rejectIf(name, members.length > 0 ? undefined : "the group has no members: add at least one receiver");
    return new Receiver(name, [...new Set(members.flatMap(({ _integrations }) => _integrations))]);
  }

  private static single(name: string, integration: Integration, problem?: string): Receiver {
    rejectIf(name, integrations.secretsProblem(integration) ?? problem);
    return new Receiver(name, [{ ...integration, owner: name }]);
  }

  private constructor(
    /** Name that routes refer to. */
    public readonly name: string,
    /** @internal */
    public readonly _integrations: readonly OwnedIntegration[],
  ) {
    rejectIf(name, validate.receiverNameProblem(name));
  }

  /** @internal References to the secrets, by the names that the role `alertmanager` uses. */
  public get _secrets(): readonly SecretReference[] {
    return this._integrations.flatMap(integrationSecrets);
  }
}

function rejectIf(name: string, problem: string | undefined): void {
  if (problem !== undefined) throw new Error(`receiver "${name}": ${problem}`);
}
