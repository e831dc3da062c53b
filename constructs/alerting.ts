import { Alert } from "../lib/alerts/alert";
import { alertGroups } from "../lib/alerts/groups";
import { RuleGroup } from "../lib/alerts/rule";
import { groupBy } from "../lib/grouping";
import { Notification, notificationProblem, Receiver, Routing, routingWarnings } from "../lib/receivers";
import type { Monitoring } from "./monitoring";
import { AlertingProps } from "./monitoring-props";
import { located, refuse } from "./problem";

/** Where Prometheus shows the runbooks itself, for any address that it has. */
const OWN_RUNBOOKS = "{{ $externalURL }}/user/runbooks.html#";

/** What a monitoring alerts about, and who is told. */
export class Alerting implements Notification {
  public readonly receivers: readonly Receiver[];
  public readonly routing: Routing;
  public readonly deadMansSwitch?: Receiver;
  /** What is to be otherwise than we have it. */
  public readonly changes: readonly Alert[];
  private readonly runbooks: string;

  /** @throws when receivers share a name, or the routing names what is not there or is malformed */
  public constructor(
    private readonly monitoring: Monitoring,
    props: AlertingProps,
  ) {
    this.receivers = props.receivers ?? [];
    this.routing = props.routing ?? {};
    this.deadMansSwitch = props.deadMansSwitch;
    this.changes = props.alerts ?? [];
    this.runbooks = props.runbooks ?? OWN_RUNBOOKS;
    refuse(monitoring, notificationProblem(this));
    // That no alert is there twice shows at once; which rules there are follows from what is placed by then.
    located(monitoring, "", () => this.groups);
    monitoring.node.addValidation({ validate: () => this.problems() });
  }

  /** The rules, by what is placed. Asked at synthesis, when all is placed. */
  public get groups(): readonly RuleGroup[] {
    const { changes, runbooks } = this;
    const { components } = this.monitoring;
    const byKind = groupBy(
      components.filter(({ agent }) => !agent),
      ({ kind }) => kind,
    );
    const clustered = [...byKind].filter(([, all]) => all.length > 1).map(([kind]) => kind);
    const kinds = new Set(components.map(({ kind }) => kind));
    return alertGroups({ kinds, clustered: new Set(clustered), changes, runbooks });
  }

  /** What is not wrong, but may not be meant. */
  public get warnings(): readonly string[] {
    return routingWarnings(this);
  }

  private problems(): string[] {
    const wanted = this.receivers.length > 0 || this.deadMansSwitch !== undefined;
    if (!wanted || this.monitoring.first("alertmanager") !== undefined) return [];
    return [
      'receivers are given, and no Alertmanager is placed that would tell them: construct one on a MonitoringHost, as in new Alertmanager(host, "alertmanager")',
    ];
  }
}
