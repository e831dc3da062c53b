import { Alert } from "../lib/alerts/alert";
import { alertGroups } from "../lib/alerts/groups";
import { Evaluator, RuleGroup } from "../lib/alerts/rule";
import { groupBy } from "../lib/grouping";
import { notificationProblem, routingWarnings } from "../lib/receivers/alertmanager-config";
import { Receiver } from "../lib/receivers/receiver";
import { Routing } from "../lib/receivers/routing";
import { emittedLogs } from "./checks/logs";
import { IMonitoring } from "./contracts";
import { AlertingProps } from "./monitoring-props";
import { withConstructPath, rejectIf } from "./synthesis/errors";

/** Where Prometheus shows the runbooks itself, for any address that it has. */
const PAGE = "/user/runbooks.html#";
const OWN_RUNBOOKS = `{{ $externalURL }}${PAGE}`;

/** What a monitoring alerts about, and who is told. */
export class Alerting {
  /** Who is told. */
  public readonly receivers: readonly Receiver[];
  /** Which of the receivers gets what, and how often. */
  public readonly routing: Routing;
  /** Who is told each minute that alerts still arrive. */
  public readonly deadMansSwitch?: Receiver;
  /** What is to be otherwise than we have it. */
  public readonly changes: readonly Alert[];
  private readonly runbooks: string;

  /** @throws when receivers share a name, or the routing names what is not there or is malformed */
  public constructor(
    private readonly monitoring: IMonitoring,
    props: AlertingProps,
  ) {
    this.receivers = props.receivers ?? [];
    this.routing = props.routing ?? {};
    this.deadMansSwitch = props.deadMansSwitch;
    this.changes = props.alerts ?? [];
    this.runbooks = props.runbooks ?? OWN_RUNBOOKS;
    rejectIf(monitoring, notificationProblem(this));
    // That no alert is there twice shows at once; which rules there are follows from what is placed by then.
    withConstructPath(monitoring, "", () => this.groups);
    monitoring.node.addValidation({ validate: () => this.problems() });
  }

  /** The rules that Prometheus evaluates, by what is placed. Asked at synthesis, when all is placed. */
  public get groups(): readonly RuleGroup[] {
    return this.groupsOf(Evaluator.PROMETHEUS, this.runbooks);
  }

  /**
   * The rules that Loki evaluates, likewise.
   *
   * @param pages where Prometheus shows the runbooks, for Loki does not know; without it, alerts have no link to them
   */
  public logGroups(pages?: string): readonly RuleGroup[] {
    const ours = pages === undefined ? undefined : pages + PAGE;
    return this.groupsOf(Evaluator.LOKI, this.runbooks === OWN_RUNBOOKS ? ours : this.runbooks);
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
    return alertGroups({ evaluator, kinds, clustered: new Set(clustered), lineLabels, changes, runbooks });
  }

  /** What is not wrong, but may not be meant. */
  public get warnings(): readonly string[] {
    return routingWarnings(this);
  }

  private problems(): string[] {
    return [...this.receiverProblems(), ...this.evaluatorProblems()];
  }

  private evaluatorProblems(): string[] {
    if (this.monitoring._first("loki") !== undefined) return [];
    return this.changes
      .filter(({ addition }) => addition?.evaluator === Evaluator.LOKI)
      .map(({ name }) => `alert "${name}": it is about logs, and no Loki is placed that would evaluate it`);
  }

  private receiverProblems(): string[] {
    const wanted = this.receivers.length > 0 || this.deadMansSwitch !== undefined;
    if (!wanted || this.monitoring._first("alertmanager") !== undefined) return [];
    return [
      'receivers are given, and no Alertmanager is placed that would tell them: construct one on a MonitoringHost, as in new Alertmanager(host, "alertmanager")',
    ];
  }
}
