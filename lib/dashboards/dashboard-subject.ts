import { Alert } from "../alerts/alert";
import { EmittedLabels } from "../logs/emitted-labels";

/** Properties of a `Monitoring` on which its built-in dashboards depend. */
export interface DashboardSubject {
  /** Kinds of the placed components. Panels about other kinds are left out. */
  readonly kinds: ReadonlySet<string>;
  /** Changes to the built-in alerts, whose thresholds the panels show. */
  readonly alerts: readonly Alert[];
  /** Labels of the log lines that Loki receives. @default - none, because no Loki is placed */
  readonly logs?: readonly EmittedLabels[];
  /**
   * URL of the user's runbooks, to which the name of an alert is appended.
   *
   * @default - the page with the built-in runbooks on Prometheus
   */
  readonly runbooks?: string;
  /** Number of members, from which the height of tables follows. @default - unknown */
  readonly servers?: number;
}
