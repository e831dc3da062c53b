import { Failure } from "../failures";
import { count } from "../text";
import { componentCheck } from "./component-check";

/** The result of `checks/grafana.py`, as far as this check uses it. */
interface GrafanaResult {
  readonly sources: readonly DataSource[];
  readonly dashboards: readonly { readonly uid: string; readonly title: string }[];
  readonly panels: readonly Panels[];
}

interface DataSource {
  readonly uid: string;
  readonly name: string;
  /** Why the data source does not answer; empty if it does. */
  readonly error: string;
}

/** The panels of a built-in dashboard, for one server if the dashboard shows a selected server. */
interface Panels {
  readonly title: string;
  readonly server: string | null;
  readonly panels: number;
  /** Titles of the panels without data. */
  readonly empty: readonly string[];
}

/** Maximum number of titles of empty panels in a line: right after a deploy, most panels are empty. */
const MAX_TITLES = 3;

/** Checks that each Grafana has dashboards, and that its data sources answer. */
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
    ]),
  }),
});

function dataSourceFailure(host: string, { uid, name, error }: DataSource): Failure {
  return {
    problem: `the data source ${name} of Grafana on ${host} does not answer: ${error}`,
    fix: `if the port is open (see the probes), check the journal of ${uid}.service`,
  };
}

function summaryOf({ sources, dashboards: all }: GrafanaResult): string {
  const answering = sources.filter(({ error }) => error === "").length;
  return `${count(all.length, "dashboard")}, ${answering} of ${sources.length} data sources answer`;
}

function detailsOf({ sources, dashboards: all, panels }: GrafanaResult): string[] {
  const titles = all.map(({ title }) => `"${title}"`);
  const names = sources.map(({ name }) => name);
  const total = panels.reduce((sum, { panels: number }) => sum + number, 0);
  const empty = panels.reduce((sum, { empty: { length } }) => sum + length, 0);
  return [
    ...(titles.length === 0 ? [] : [`dashboards: ${titles.join(", ")}`]),
    ...(names.length === 0 ? [] : [`data sources: ${names.join(", ")}`]),
    ...(panels.length === 0 ? [] : [`panels with data: ${total - empty} of ${total}`]),
    ...panels.filter((each) => each.empty.length > 0).map(emptyPanels),
  ];
}

/** The panels without data. They do not fail the check, because a server may not have the device that a panel shows. */
function emptyPanels({ title, server, panels, empty }: Panels): string {
  const dashboard = server === null ? title : `${title} of ${server}`;
  const titles = empty.slice(0, MAX_TITLES).map((name) => `"${name}"`);
  const more = empty.length > MAX_TITLES ? ` and ${empty.length - MAX_TITLES} more` : "";
  return `${dashboard}: ${empty.length} of ${panels} panels without data: ${titles.join(", ")}${more}`;
}
