import { Failure } from "../failures";
import { count } from "../text";
import { componentCheck } from "./component-check";

/** The result of `checks/grafana.py`, as far as this check uses it. */
interface GrafanaResult {
  readonly sources: readonly DataSource[];
  readonly dashboards: readonly { readonly uid: string; readonly title: string }[];
  readonly panels: readonly View[];
}

interface DataSource {
  readonly uid: string;
  readonly name: string;
  /** Why the data source does not answer; empty if it does. */
  readonly error: string;
}

/** The panels of a dashboard, for one server if the dashboard shows one selected server. */
interface View {
  readonly title: string;
  readonly builtIn: boolean;
  readonly server: string | null;
  /** Number of queried panels. */
  readonly panels: number;
  /** The panels that show no data. */
  readonly empty: readonly (Titled & {
    /** Whether the panel should show data. */
    readonly failed: boolean;
  })[];
  /** The panels that were not queried. */
  readonly skipped: readonly Titled[];
}

interface Titled {
  readonly title: string;
  readonly reason: string;
}

/** Maximum number of titles for each reason, and of reasons, in a line. */
const MAX = 3;

/**
 * Checks that each Grafana has dashboards, that its data sources answer, and that the panels of built-in dashboards show data.
 *
 * A panel fails if its query returns an error, or returns nothing although the series or log streams of the query exist and
 * the query has no condition. Other empty panels are reported with the reason, because a server may lack hardware, and
 * events may not have happened. Panels of user-provided dashboards never fail.
 */
export const dashboards = componentCheck<GrafanaResult>({
  name: "dashboards",
  kind: "grafana",
  component: "Grafana",
  conclude: (results, { repair }) => ({
    summary: summaryOf(results[0].values),
    details: detailsOf(results[0].values),
    failures: results.flatMap(({ host, values }) => [
      ...values.sources.filter(({ error }) => error !== "").map((source) => dataSourceFailure(host, source)),
      ...(values.dashboards.length > 0 ? [] : [{ problem: `Grafana on ${host} has no dashboards`, fix: repair(host) }]),
      ...values.panels.filter(({ builtIn }) => builtIn).flatMap((view) => panelFailures(host, view, repair(host))),
    ]),
  }),
});

function dataSourceFailure(host: string, { uid, name, error }: DataSource): Failure {
  return {
    problem: `the data source ${name} of Grafana on ${host} does not answer: ${error}`,
    fix: `if the port is open (see the probes), check the journal of ${uid}.service`,
  };
}

/** The failed panels of a dashboard. Panels with the same reason share a failure. */
function panelFailures(host: string, view: View, repair: string): Failure[] {
  return byReason(view.empty.filter(({ failed }) => failed)).map(([reason, titles]) => ({
    problem: `${nameOf(view)} in Grafana on ${host}: ${titles.length === 1 ? "the panel" : "the panels"} ${shortened(titles)} ${titles.length === 1 ? "shows" : "show"} no data`,
    cause: reason,
    fix: `${repair}; if that does not help, open the dashboard and inspect the query of the panel`,
  }));
}

function summaryOf({ sources, dashboards: all }: GrafanaResult): string {
  const answering = sources.filter(({ error }) => error === "").length;
  return `${count(all.length, "dashboard")}, ${answering} of ${sources.length} data sources answer`;
}

function detailsOf({ sources, dashboards: all, panels: views }: GrafanaResult): string[] {
  const titles = all.map(({ title }) => `"${title}"`);
  const names = sources.map(({ name }) => name);
  return [
    ...(titles.length === 0 ? [] : [`dashboards: ${titles.join(", ")}`]),
    ...(names.length === 0 ? [] : [`data sources: ${names.join(", ")}`]),
    ...panelDetails(
      "panels with data",
      views.filter(({ builtIn }) => builtIn),
    ),
    ...panelDetails(
      "panels with data in user-provided dashboards",
      views.filter(({ builtIn }) => !builtIn),
    ),
  ];
}

function panelDetails(label: string, views: readonly View[]): string[] {
  if (views.length === 0) return [];
  const total = views.reduce((sum, { panels }) => sum + panels, 0);
  const empty = views.reduce((sum, { empty: { length } }) => sum + length, 0);
  return [
    `${label}: ${total - empty} of ${total}`,
    ...views.flatMap((view) => [
      ...(view.empty.length === 0
        ? []
        : [`${nameOf(view)}: ${view.empty.length} of ${view.panels} panels without data: ${reasons(view.empty)}`]),
      ...(view.skipped.length === 0
        ? []
        : [`${nameOf(view)}: ${count(view.skipped.length, "panel")} not queried: ${reasons(view.skipped)}`]),
    ]),
  ];
}

function nameOf({ title, server }: View): string {
  return server === null ? title : `${title} of ${server}`;
}

/** The titles of panels, each group with its reason, such as `"Failed logins" (no log line matches)`. */
function reasons(panels: readonly Titled[]): string {
  const groups = byReason(panels);
  const others = groups.slice(MAX).reduce((sum, [, { length }]) => sum + length, 0);
  return [
    ...groups.slice(0, MAX).map(([reason, titles]) => `${shortened(titles)} (${reason})`),
    ...(others === 0 ? [] : [`${others} more for other reasons`]),
  ].join(", ");
}

/** The titles of panels by their reason, in the order of the panels. */
function byReason(panels: readonly Titled[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { title, reason } of panels) groups.set(reason, [...(groups.get(reason) ?? []), title]);
  return [...groups];
}

function shortened(titles: readonly string[]): string {
  const named = titles.slice(0, MAX).map((title) => `"${title}"`);
  const more = titles.length > MAX ? ` and ${titles.length - MAX} more` : "";
  return `${named.join(", ")}${more}`;
}
