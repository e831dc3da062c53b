import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQuery,
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { DashboardSubject } from "../dashboard";
import { DataSources } from "../data-sources";
import { firingAlerts } from "../expressions";
import { DashboardModel } from "../model";
import { availableDashboards } from "../available-dashboards";
import { Uids } from "../uids";

/** Panels under one heading; each line of them must fill the 24 columns. */
export interface Section {
  /** @default - none: they stand at the top */
  readonly title?: string;
  readonly panels: readonly Builder<Panel>[];
}

/** What is special to one of our dashboards. */
export interface DashboardOptions {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly sections: readonly Section[];
  /** What matches the alerts that are marked in the graphs while they fire, such as `,job="node"`. @default - all */
  readonly alerts?: string;
  /** Variables to choose values of labels by. @default - none */
  readonly variables?: readonly DashboardVariable[];
}

/** A variable to choose a value of a label by. */
export interface DashboardVariable {
  readonly label: string;
  readonly title: string;
  /** Of which series, or streams of logs. */
  readonly selector: string;
  /** Whether it is one of Loki's, of which people may choose several, or all. @default false */
  readonly logs?: boolean;
}

const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };
const TAG = "cdktf-monitoring";
/** The newest model that Grafana 10 knows; later ones bring it up to theirs when they load it. */
const SCHEMA_VERSION = 38;
/** What shows a server's logs; a link from its own dashboard chooses it there. */
const LOG_DASHBOARDS: readonly string[] = [Uids.APPLICATION_LOGS, Uids.AUDIT, Uids.MONITORING_LOGS];

/** A whole dashboard: its panels placed and numbered, with links to the other ones. */
export function buildDashboard(subject: DashboardSubject, frame: DashboardOptions): DashboardModel {
  const { uid, title, description, sections, alerts = "", variables = [] } = frame;
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .timezone("browser")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .annotation(firingAnnotation(alerts));
  for (const choice of variables)
    dashboard.withVariable(choice.logs === true ? logVariable(choice) : metricVariable(choice));
  for (const [other, name] of availableDashboards(subject))
    if (other !== uid)
      dashboard.link(link(other, name).includeVars(uid === Uids.SERVER && LOG_DASHBOARDS.includes(other)));
  for (const section of sections) {
    if (section.title !== undefined) dashboard.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) dashboard.withPanel(panel);
  }
  const built = dashboard.build();
  const panels = (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  // The builders leave values undefined that JSON has no place for.
  return JSON.parse(JSON.stringify({ ...built, panels, schemaVersion: SCHEMA_VERSION })) as DashboardModel;
}

function link(uid: string, title: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).icon("dashboard").url(`/d/${uid}`).keepTime(true);
}

function metricVariable({ label, title, selector }: DashboardVariable): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(PROMETHEUS)
    .query({ query: `label_values(${selector}, ${label})`, qryType: 1, refId: label })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}

function logVariable({ label, title, selector }: DashboardVariable): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource({ type: DataSources.LOKI, uid: DataSources.LOKI })
    .query({ label, stream: selector, type: 1, refId: label })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

function firingAnnotation(matchers: string): Builder<AnnotationQuery> {
  const annotation = new AnnotationQueryBuilder()
    .name("Firing alerts")
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor("red")
    .expr(firingAlerts(matchers))
    .build();
  // What Prometheus' annotations have beyond those of others, the builder does not know.
  const texts = { titleFormat: "{{alertname}}", textFormat: "{{severity}} on {{instance}}", step: "60s" };
  return { build: () => ({ ...annotation, ...texts }) };
}
