import { SecretReference } from "../inventory/secret";
import { Integration, integrationSecrets, OwnedIntegration } from "./integration";
import * as integrations from "./integrations";
import { ntfy } from "./ntfy";
import {
  WebhookUrlReceiverProps,
  EmailReceiverProps,
  HealthchecksReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
} from "./receiver-props";
import * as check from "./receiver-validation";

/** Somebody or something that alerts are sent to, by a name that routes use. */
export class Receiver {
  /** A channel in Slack, by an incoming webhook. @throws when the name, channel or secret is malformed */
  public static slack(name: string, props: SlackReceiverProps): Receiver {
    return Receiver.of(name, integrations.slack(props), check.slackProblem(props));
  }

  /** A channel in Discord, by its webhook. @throws when the name or secret is malformed */
  public static discord(name: string, props: WebhookUrlReceiverProps): Receiver {
    return Receiver.of(name, integrations.discord(props));
  }

  /** A channel or chat in Microsoft Teams, by a workflow. @throws when the name or secret is malformed */
  public static teams(name: string, props: WebhookUrlReceiverProps): Receiver {
    return Receiver.of(name, integrations.teams(props));
  }

  /** E-mail. @throws when the name, an address, the mail server or the login is malformed */
  public static email(name: string, props: EmailReceiverProps): Receiver {
    return Receiver.of(name, integrations.email(props), check.emailProblem(props));
  }

  /** A service in PagerDuty. @throws when the name, URL or secret is malformed */
  public static pagerDuty(name: string, props: PagerDutyReceiverProps): Receiver {
    return Receiver.of(name, integrations.pagerDuty(props), check.pagerDutyProblem(props));
  }

  /** A chat in Telegram, by a bot. @throws when the name, chat, URL or secret is malformed */
  public static telegram(name: string, props: TelegramReceiverProps): Receiver {
    return Receiver.of(name, integrations.telegram(props), check.telegramProblem(props));
  }

  /** A topic of ntfy, on ntfy.sh or a server of your own: messages on phones. @throws when the name, priority or secret is malformed */
  public static ntfy(name: string, props: NtfyReceiverProps): Receiver {
    return Receiver.of(name, ntfy(props), check.ntfyProblem(props));
  }

  /** Anything that takes Alertmanager's own JSON. @throws when the name, number or secret is malformed */
  public static webhook(name: string, props: WebhookReceiverProps): Receiver {
    return Receiver.of(name, integrations.webhook(props), check.webhookProblem(props));
  }

  /**
   * A service that raises an alarm when it is *not* called for some minutes, as healthchecks.io does: for
   * `deadMansSwitch`. @throws when the name or secret is malformed
   */
  public static healthchecks(name: string, props: HealthchecksReceiverProps): Receiver {
    return Receiver.of(name, integrations.healthchecks(props));
  }

  /** Several receivers that get the same alerts, as one. @throws when the name is malformed or there are none */
  public static group(name: string, members: readonly Receiver[]): Receiver {
    refuse(name, members.length > 0 ? undefined : "a group of receivers needs some");
    return new Receiver(name, [...new Set(members.flatMap(({ _integrations }) => _integrations))]);
  }

  private static of(name: string, integration: Integration, found?: string): Receiver {
    refuse(name, integrations.secretsProblem(integration) ?? found);
    return new Receiver(name, [{ ...integration, owner: name }]);
  }

  private constructor(
    /** What routes call it. */
    public readonly name: string,
    /** @internal How it is told. */
    public readonly _integrations: readonly OwnedIntegration[],
  ) {
    refuse(name, check.receiverNameProblem(name));
  }

  /** Where the controller finds what nobody may read, by the names that the role `alertmanager` knows. */
  public get _secrets(): readonly SecretReference[] {
    return this._integrations.flatMap(integrationSecrets);
  }
}

function refuse(name: string, found: string | undefined): void {
  if (found !== undefined) throw new Error(`receiver "${name}": ${found}`);
}
