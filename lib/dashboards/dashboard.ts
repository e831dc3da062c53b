import { Alert } from "../alerts/alert";
import { EmittedLabels } from "../logs/emitted-labels";
import { readDashboard } from "./dashboard-file";
import { buildFleetDashboard } from "./fleet";
import { buildApplicationLogsDashboard } from "./logs/application-logs";
import { buildAuditDashboard } from "./logs/audit";
import { buildMonitoringLogsDashboard } from "./logs/monitoring-logs";
import { DashboardModel } from "./model";
import { buildSelfMonitoringDashboard } from "./self-monitoring";
import { buildServerDashboard } from "./server";
import { Uids } from "./uids";

/** What a monitoring's own dashboards are drawn for. */
export interface DashboardSubject {
  /** The kinds of components that are placed: what is about others is left out. */
  readonly kinds: ReadonlySet<string>;
  /** What users changed of the alerts, whose thresholds are drawn in. */
  readonly alerts: readonly Alert[];
  /** The labels of the lines that Loki gets. @default - none, as without a Loki */
  readonly logs?: readonly EmittedLabels[];
}

/** A revision of a dashboard on grafana.com: an artifact that the controller fetches. */
export interface DashboardDownload {
  /** The number in its address: 1860 of `grafana.com/grafana/dashboards/1860`. */
  readonly id: number;
  /** Which of its revisions. */
  readonly revision: number;
}

/** A dashboard that Grafana is provisioned with. */
export class Dashboard {
  /** All servers, a line each: whether it is up, how busy and how full it is, and what it fires. */
  public static fleet(): Dashboard {
    return new Dashboard(Uids.FLEET, "Fleet", buildFleetDashboard);
  }

  /** One server: the use, saturation and errors of its CPU, memory, disks and network, its units and its clock. */
  public static server(): Dashboard {
    return new Dashboard(Uids.SERVER, "Server", buildServerDashboard);
  }

  /** The monitoring itself: what is scraped and stored, what rules and notifications do, and whether that works. */
  public static monitoring(): Dashboard {
    return new Dashboard(Uids.SELF_MONITORING, "Monitoring itself", buildSelfMonitoringDashboard);
  }

  /** What applications and web servers log: how much, how bad, which requests; for a monitoring whose servers have such logs. */
  public static applicationLogs(): Dashboard {
    return new Dashboard(Uids.APPLICATION_LOGS, "Application logs", buildApplicationLogsDashboard);
  }

  /** Who logged in by SSH and who could not, and what sudo allowed and denied; for a monitoring with Loki. */
  public static audit(): Dashboard {
    return new Dashboard(Uids.AUDIT, "Audit", buildAuditDashboard);
  }

  /** What the components of the monitoring log themselves; for a monitoring with Loki. */
  public static monitoringLogs(): Dashboard {
    return new Dashboard(Uids.MONITORING_LOGS, "Monitoring logs", buildMonitoringLogsDashboard);
  }

  /**
   * A dashboard of your own: the JSON that Grafana exports ("Share", "Export"), in its classic model. What it says about
   * data sources when it was exported for others to use is answered with ours, by their types.
   *
   * @throws when the file is no dashboard, has no uid, or wants a data source of a type that there is none of
   */
  public static fromFile(path: string): Dashboard {
    const model = readDashboard(path);
    return new Dashboard(model.uid, model.title, () => model);
  }

  /**
   * A dashboard that others published on grafana.com, in one revision: `Dashboard.fromGrafanaCom(1860, 45)` is Node
   * Exporter Full. The controller fetches it as it does the archives, and checks it against a digest; its uid becomes
   * `grafana-com-<id>`, and its data sources ours. Its queries are not checked at synthesis, when it is not there yet.
   *
   * @throws when the id or the revision is not a number from 1
   */
  public static fromGrafanaCom(id: number, revision: number): Dashboard {
    for (const [name, value] of Object.entries({ id, revision }))
      if (!Number.isInteger(value) || value < 1)
        throw new Error(
          `Dashboard.fromGrafanaCom: the ${name} is a whole number from 1, as in Dashboard.fromGrafanaCom(1860, 45), got ${value}`,
        );
    return new Dashboard(`grafana-com-${id}`, `grafana.com ${id}`, undefined, { id, revision });
  }

  private constructor(
    /** What its address and its links name it by: `<grafana>/d/<uid>`. */
    public readonly uid: string,
    /** What people call it. */
    public readonly title: string,
    private readonly build: ((subject: DashboardSubject) => DashboardModel) | undefined,
    /** Where it comes from, if it is not there at synthesis. */
    public readonly download?: DashboardDownload,
  ) {}

  /** @internal The dashboard as Grafana reads it; undefined for one that is downloaded when it is deployed. */
  public _json(subject: DashboardSubject): string | undefined {
    return this.build && `${JSON.stringify(this.build(subject), undefined, 2)}\n`;
  }
}
