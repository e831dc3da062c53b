import { collectorProblem } from "../metrics/catalogue";
import { buildFleetDashboard } from "./fleet";
import { DashboardSubject } from "./dashboard-subject";
import { readDashboard } from "./dashboard-file";
import { buildApplicationLogsDashboard } from "./logs/application-logs";
import { buildAuditDashboard } from "./logs/audit";
import { buildMonitoringLogsDashboard } from "./logs/monitoring-logs";
import { DashboardModel } from "./model";
import { buildSelfMonitoringDashboard } from "./self-monitoring";
import { buildServerDashboard } from "./server";
import { BuiltInUid, DASHBOARD_TITLES, Uids } from "./uids";

/** A revision of a dashboard on grafana.com, which the controller downloads at deploy time. */
export interface DashboardDownload {
  /** Number of the dashboard: 1860 in `grafana.com/grafana/dashboards/1860`. */
  readonly id: number;
  /** Number of the revision. */
  readonly revision: number;
}

/** Options of a user-provided dashboard. */
export interface DashboardOptions {
  /**
   * Whether to install the dashboard without checking its queries and data sources. Use it if the dashboard queries
   * metrics that nothing in this stack emits, or a data source that you add to Grafana yourself.
   *
   * @default false
   */
  readonly unchecked?: boolean;
  /**
   * Collectors of node exporter that the panels need, such as `processes`. The node exporters of all members enable
   * them.
   *
   * @default - the collectors that emit the metrics in the queries of a file; none for a dashboard from grafana.com
   */
  readonly collectors?: readonly string[];
}

/** Properties of a user-provided dashboard. */
export interface ProvidedDashboard extends DashboardOptions {
  /** Revision on grafana.com; undefined if the dashboard is available at synthesis. */
  readonly download?: DashboardDownload;
}

type Build = (subject: DashboardSubject) => DashboardModel;

/**
 * A dashboard that a deploy installs in Grafana: a built-in dashboard, a JSON file, or a dashboard from grafana.com.
 *
 * Every Grafana gets the built-in dashboards that have data. Add other dashboards with its prop `dashboards`.
 *
 * @example
 * new Grafana(hub, "grafana", {
 *   dashboards: [Dashboard.fromFile("dashboards/shop.json"), Dashboard.fromGrafanaCom(1860, 45)],
 * });
 */
export class Dashboard {
  /** Fleet: one row per server with its state, firing alerts, CPU, load, memory and fullest disk. */
  public static fleet(): Dashboard {
    return Dashboard.builtIn(Uids.FLEET, buildFleetDashboard);
  }

  /**
   * Server: utilization, saturation and errors of one server's CPU, memory, disks and network, and its services,
   * kernel tables and clock.
   */
  public static server(): Dashboard {
    return Dashboard.builtIn(Uids.SERVER, buildServerDashboard);
  }

  /** Self-monitoring: scrape targets, storage, rules, and the delivery of alerts and notifications. */
  public static monitoring(): Dashboard {
    return Dashboard.builtIn(Uids.SELF_MONITORING, buildSelfMonitoringDashboard);
  }

  /**
   * Application logs: lines and errors of applications, and requests and errors of web servers. Needs Loki, and a
   * member whose prop `logs` contains the log of an application or a web server.
   */
  public static applicationLogs(): Dashboard {
    return Dashboard.builtIn(Uids.APPLICATION_LOGS, buildApplicationLogsDashboard);
  }

  /** Audit: accepted and failed SSH logins, and allowed and denied sudo commands. Needs Loki. */
  public static audit(): Dashboard {
    return Dashboard.builtIn(Uids.AUDIT, buildAuditDashboard);
  }

  /** Monitoring logs: lines and errors of the monitoring components. Needs Loki. */
  public static monitoringLogs(): Dashboard {
    return Dashboard.builtIn(Uids.MONITORING_LOGS, buildMonitoringLogsDashboard);
  }

  /**
   * Reads a dashboard from a JSON file that Grafana exported in its classic model, which Grafana 10 to 13 read.
   *
   * The data sources of the file are replaced with the built-in data sources of the same type. The queries are checked
   * at synthesis. Metrics that exist only on some hardware cause a warning. If the file has no uid,
   * its name becomes the uid.
   *
   * @example
   * Dashboard.fromFile("dashboards/shop.json");
   * Dashboard.fromFile("dashboards/shop.json", { unchecked: true });
   *
   * @param path path of the file, relative to the working directory
   * @throws if the file is not a dashboard, has an invalid uid or uses a data source of a type that is not built-in, or
   * if a collector does not exist
   */
  public static fromFile(path: string, options: DashboardOptions = {}): Dashboard {
    rejectUnknownCollectors("fromFile", options);
    const model = readDashboard(path, options.unchecked ?? false);
    return new Dashboard(model.uid, model.title, () => model, options);
  }

  /**
   * Downloads one revision of a dashboard from grafana.com: `Dashboard.fromGrafanaCom(1860, 45)` is Node Exporter Full.
   *
   * The controller downloads the dashboard at deploy time and verifies its digest. Its uid becomes `grafana-com-<id>`,
   * and its data sources are replaced with the built-in data sources of the same type. The deploy warns about metrics
   * that nothing emits. The synthesis cannot check them, because the file does not exist yet.
   *
   * @example
   * Dashboard.fromGrafanaCom(1860, 45, { collectors: ["interrupts", "processes", "tcpstat"] });
   *
   * @param id number of the dashboard, as in its URL on grafana.com
   * @param revision number of the revision
   * @throws if a number is not an integer greater than 0, or if a collector does not exist
   */
  public static fromGrafanaCom(id: number, revision: number, options: DashboardOptions = {}): Dashboard {
    for (const [name, value] of Object.entries({ id, revision }))
      if (!Number.isInteger(value) || value < 1)
        throw new Error(
          `Dashboard.fromGrafanaCom: ${name} ${value} is not an integer greater than 0: use numbers as in Dashboard.fromGrafanaCom(1860, 45)`,
        );
    rejectUnknownCollectors("fromGrafanaCom", options);
    const provided = { ...options, download: { id, revision } };
    return new Dashboard(`grafana-com-${id}`, `grafana.com ${id}`, undefined, provided);
  }

  private static builtIn(uid: BuiltInUid, build: Build): Dashboard {
    return new Dashboard(uid, DASHBOARD_TITLES[uid], build);
  }

  private constructor(
    /** Uid of the dashboard in Grafana's URLs: `<grafana>/d/<uid>`. */
    public readonly uid: string,
    /** Title in Grafana's list of dashboards. */
    public readonly title: string,
    private readonly build: Build | undefined,
    /** @internal Properties of a user-provided dashboard; undefined for a built-in one. */
    public readonly _provided?: ProvidedDashboard,
  ) {}

  /**
   * Renders the JSON that Grafana reads; undefined for a dashboard that is downloaded at deploy time.
   *
   * @internal
   */
  public _json(subject: DashboardSubject): string | undefined {
    return this.build && `${JSON.stringify(this.build(subject), undefined, 2)}\n`;
  }
}

/** @throws if a collector does not exist */
function rejectUnknownCollectors(method: string, { collectors = [] }: DashboardOptions): void {
  const problem = collectors.map(collectorProblem).find((each) => each !== undefined);
  if (problem !== undefined) throw new Error(`Dashboard.${method}: ${problem}`);
}
