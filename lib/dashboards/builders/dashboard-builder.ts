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
import { availableDashboards } from "../available-dashboards";
import { DashboardSubject } from "../dashboard-subject";
import { DataSources } from "../data-sources";
import { Severity } from "../../alerts/rule";
import { alertStarts } from "../expressions";
import { DashboardModel } from "../model";
import { BuiltInUid, DASHBOARD_TITLES, Uids } from "../uids";
import { Colours } from "./colours";

/** Panels under one heading. Each row of panels must fill the 24 columns of a dashboard. */
export interface Section {
  /** Heading above the panels. @default - none, because the panels are at the top */
  readonly title?: string;
  readonly panels: readonly Builder<Panel>[];
}

/** Properties of a built-in dashboard. */
export interface DashboardOptions {
  readonly uid: BuiltInUid;
  /** Question that the dashboard answers. */
  readonly description: string;
  readonly sections: readonly Section[];
  /** Matchers for the firing alerts whose start the graphs mark, such as `,job="node"`. @default - all alerts */
  readonly alerts?: string;
  /** Variables of the dashboard. @default - none */
  readonly variables?: readonly DashboardVariable[];
}

/** A variable that selects values of a label. */
export interface DashboardVariable {
  /** Name of the label and of the variable. */
  readonly label: string;
  readonly title: string;
  /** Selector of the series or log streams that have the label. */
  readonly selector: string;
  /** Whether the values come from Loki and several can be selected. @default false */
  readonly logs?: boolean;
}

const PROMETHEUS = { type: DataSources.PROMETHEUS, uid: DataSources.PROMETHEUS };
const TAG = "cdktf-monitoring";
/** Tag of the dashboards of logs, in addition to the tag of all built-in dashboards. */
const LOGS_TAG = "logs";
/** Newest schema that Grafana 10 reads. Later versions of Grafana migrate it when they load the dashboard. */
const SCHEMA_VERSION = 38;
const LOG_DASHBOARDS: readonly string[] = [Uids.APPLICATION_LOGS, Uids.AUDIT, Uids.MONITORING_LOGS];

/** Builds a dashboard: places and numbers its panels, and links to the other built-in dashboards. */
export function buildDashboard(subject: DashboardSubject, options: DashboardOptions): DashboardModel {
  const { uid, description, sections, alerts = "", variables = [] } = options;
  const dashboard = new DashboardBuilder(DASHBOARD_TITLES[uid])
    .uid(uid)
    .description(description)
    .tags(isAboutLogs(uid) ? [TAG, LOGS_TAG] : [TAG])
    .readonly()
    .timezone("browser")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .annotation(alertAnnotation("Critical alerts", Severity.CRITICAL, Colours.CRITICAL, alerts))
    .annotation(alertAnnotation("Warnings", Severity.WARNING, Colours.WARNING, alerts));
  for (const variable of variables)
    dashboard.withVariable(variable.logs === true ? logVariable(variable) : metricVariable(variable));
  for (const link of links(subject, uid)) dashboard.link(link);
  for (const section of sections) {
    if (section.title !== undefined) dashboard.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) dashboard.withPanel(panel);
  }
  const built = dashboard.build();
  const panels = (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  // The builders leave undefined properties, which are not valid in a JSON value.
  return JSON.parse(JSON.stringify({ ...built, panels, schemaVersion: SCHEMA_VERSION })) as DashboardModel;
}

/**
 * Links to the other dashboards. Dashboards of logs are in a menu, because the links must fit next to the variables in a
 * window of 1366 pixels. From the dashboard of a server, the menu leads to the logs of the same server.
 */
function links(subject: DashboardSubject, uid: BuiltInUid): DashboardLinkBuilder[] {
  const others = [...availableDashboards(subject)].filter(([other]) => other !== uid);
  const single = others.filter(([other]) => !isAboutLogs(other)).map(([other, title]) => link(other, title));
  const logs = menu("Logs", [TAG, LOGS_TAG]).includeVars(uid === Uids.SERVER);
  return [...single, ...(others.some(([other]) => isAboutLogs(other)) ? [logs] : []), menu("All dashboards", [])];
}

function link(uid: string, title: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).icon("dashboard").url(`/d/${uid}`).keepTime(true);
}

/** A menu of the dashboards that have all tags, which include those of the user. */
function menu(title: string, tags: string[]): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Dashboards).asDropdown(true).tags(tags).keepTime(true);
}

function isAboutLogs(uid: string): boolean {
  return LOG_DASHBOARDS.includes(uid);
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

/** Marks the start of firing alerts. A mark over the whole duration of a long problem would cover the graphs. */
function alertAnnotation(name: string, severity: Severity, colour: string, matchers: string): Builder<AnnotationQuery> {
  const annotation = new AnnotationQueryBuilder()
    .name(name)
    .datasource(PROMETHEUS)
    .enable(true)
    // Hides the switch of the annotation, because the dashboard has no room for it.
    .hide(true)
    .iconColor(colour)
    .expr(`1000 * ${alertStarts(`severity="${severity}"${matchers}`)}`)
    .build();
  // The builder has no methods for the properties of Prometheus annotations.
  const prometheus = {
    titleFormat: "{{alertname}}",
    textFormat: "{{severity}} on {{instance}}",
    step: "60s",
    useValueForTime: true,
  };
  return { build: () => ({ ...annotation, ...prometheus }) };
}
