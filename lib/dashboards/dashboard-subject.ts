import { Alert } from "../alerts/alert";
import { EmittedLabels } from "../logs/emitted-labels";

/** The part of a monitoring that its built-in dashboards depend on. */
export interface DashboardSubject {
  /** Kinds of the placed components. Panels about other kinds are left out. */
  readonly kinds: ReadonlySet<string>;
  /** Changes to the built-in alerts, whose thresholds the panels show. */
  readonly alerts: readonly Alert[];
  /** Labels of the log lines that Loki gets. @default - none, because no Loki is placed */
  readonly logs?: readonly EmittedLabels[];
}
