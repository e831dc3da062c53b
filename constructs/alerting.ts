import { breadthProblem } from "../lib/access/origins";
import { Alert } from "../lib/alerts/alert";
import { alertGroups } from "../lib/alerts/groups";
import { Evaluator, RuleGroup } from "../lib/alerts/rule";
import { Budgets } from "../lib/budgets";
import { groupBy } from "../lib/grouping";
import { notificationProblem, routingWarnings } from "../lib/receivers/alertmanager-config";
import { Receiver } from "../lib/receivers/receiver";
import { Routing } from "../lib/receivers/routing";
import { emittedLogs } from "./checks/logs";
import { IAlerting, IMonitoring } from "./contracts";
import { AlertingProps } from "./monitoring-props";
import { withConstructPath, rejectIf } from "./synthesis/errors";

/** Path of the runbooks page on Prometheus. */
const RUNBOOKS_PATH = "/user/runbooks.html#";
const PROMETHEUS_RUNBOOKS = `{{ $externalURL }}${RUNBOOKS_PATH}`;

/** The alert rules and the notifications of a monitoring. */
export class Alerting implements IAlerting {
  /** Receivers of notifications. */
  public readonly receivers: readonly Receiver[];
  /** Rules that decide which receiver is notified, and how often. */
  public readonly routing: Routing;
  /** Receiver that is notified every minute while Alertmanager gets alerts. */
  public readonly deadMansSwitch?: Receiver;
  /** Tuned, disabled and custom alerts. */
  public readonly changes: readonly Alert[];
  /** URL prefix of the user's runbooks; undefined for the page with the built-in runbooks on Prometheus. */
  public readonly runbooksUrl?: string;
  private readonly runbooks: string;

  /** @throws if receivers share a name, or the routing is malformed or names an unknown receiver */
  public constructor(
    private readonly monitoring: IMonitoring,
    props: AlertingProps,
  ) {
    this.receivers = props.receivers ?? [];
    this.routing = props.routing ?? {};
    this.deadMansSwitch = props.deadMansSwitch;
    this.changes = props.alerts ?? [];
    this.runbooksUrl = props.runbooks;
    this.runbooks = props.runbooks ?? PROMETHEUS_RUNBOOKS;
    rejectIf(monitoring, notificationProblem(this));
    // Duplicate alerts are reported here. The final rules depend on the components, which are complete at synthesis.
    withConstructPath(monitoring, "", () => this.groups);
    monitoring.node.addValidation({ validate: () => this.problems() });
  }

  /** Rules that Prometheus evaluates for the placed components. Complete at synthesis. */
  public get groups(): readonly RuleGroup[] {
    return this.groupsOf(Evaluator.PROMETHEUS, this.runbooks);
  }

  /**
   * Returns the rules that Loki evaluates for the placed components. Complete at synthesis.
   *
   * @param prometheusUrl URL of Prometheus, which serves the runbooks; without it, the alerts have no link to them
   */
  public logGroups(prometheusUrl?: string): readonly RuleGroup[] {
    const served = prometheusUrl === undefined ? undefined : prometheusUrl + RUNBOOKS_PATH;
    return this.groupsOf(Evaluator.LOKI, this.runbooks === PROMETHEUS_RUNBOOKS ? served : this.runbooks);
  }

  /** Whether a placed Loki evaluates rules. Complete at synthesis. */
  public get hasLogRules(): boolean {
    return this.monitoring._first("loki") !== undefined && this.logGroups().length > 0;
  }

  private groupsOf(evaluator: Evaluator, runbooks: string | undefined): readonly RuleGroup[] {
    const { changes } = this;
    const { _components: components } = this.monitoring;
    const byKind = groupBy(
      components.filter(({ _agent: agent }) => !agent),
      ({ kind }) => kind,
    );
    const clustered = [...byKind].filter(([, all]) => all.length > 1).map(([kind]) => kind);
    const kinds = new Set(components.map(({ kind }) => kind));
    const lineLabels = new Set(emittedLogs(this.monitoring).flatMap((lines) => [...lines.keys()]));
    const controllers = this.monitoring.controllers.filter((cidr) => this.isForAnsible(cidr));
    const lokis = components.filter(({ kind }) => kind === "loki").map(({ member }) => member.server.name);
    const budgets = components.reduce<Budgets>((all, component) => ({ ...all, ...component._budgets }), {});
    return alertGroups({
      ...{ evaluator, kinds, clustered: new Set(clustered), lineLabels, controllers, lokis, changes, runbooks },
      ...budgets,
    });
  }

  /** Whether only Ansible connects from a block: technicians do not, and no attacker is likely to. */
  private isForAnsible(cidr: string): boolean {
    return !this.monitoring.technicians.includes(cidr) && breadthProblem(cidr, "") === undefined;
  }

  /** Warnings about receivers and routes that may be unintended. */
  public get warnings(): readonly string[] {
    return routingWarnings(this);
  }

  private problems(): string[] {
    return [...this.receiverProblems(), ...this.evaluatorProblems()];
  }

  private evaluatorProblems(): string[] {
    if (this.monitoring._first("loki") !== undefined) return [];
    return this.changes
      .filter(({ _addition: addition }) => addition?.evaluator === Evaluator.LOKI)
      .map(
        ({ name }) =>
          `alert "${name}" queries logs, but the monitoring has no Loki: construct one on a MonitoringHost, as in new Loki(host, "loki")`,
      );
  }

  private receiverProblems(): string[] {
    const wanted = this.receivers.length > 0 || this.deadMansSwitch !== undefined;
    if (!wanted || this.monitoring._first("alertmanager") !== undefined) return [];
    return [
      'receivers are set, but the monitoring has no Alertmanager that notifies them: construct one on a MonitoringHost, as in new Alertmanager(host, "alertmanager")',
    ];
  }
}
