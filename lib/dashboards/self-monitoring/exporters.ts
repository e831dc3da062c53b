import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { COLLECTORS } from "../../alerts/built-in/services";
import { graph, GRAPH_HEIGHT } from "../builders/panels";
import { serverColumn, table } from "../builders/tables";
import { ALL_SERVERS } from "../expressions";
import { TOP } from "./scrape-targets";

/**
 * Collectors that fail although they work on every server, and those that fail after a success in the last day. Another
 * collector that never succeeds has nothing to report, because its hardware or kernel module is missing.
 */
const FAILING = [
  `node_scrape_collector_success{${ALL_SERVERS},collector=~"${COLLECTORS}"} == 0`,
  `node_scrape_collector_success{${ALL_SERVERS}} == 0 and max_over_time(node_scrape_collector_success{${ALL_SERVERS}}[1d]) == 1`,
].join(" or ");
/** Malformed files in the textfile directory, which make their metrics disappear although the collector succeeds. */
const MALFORMED = `label_replace(node_textfile_scrape_error{${ALL_SERVERS}} == 1, "collector", "textfile: malformed file", "", "")`;

/** The firewall tables that are missing or changed, with the labels of changes to components. */
const FIREWALLS = [
  ["change", "$1", "state", "(.*)"],
  ["component", "firewall", "", ""],
  ["path", "table inet cdktf_monitoring", "", ""],
].reduce(
  (expr, label) => `label_replace(${expr}, ${label.map((text) => `"${text}"`).join(", ")})`,
  `monitoring_firewall_intact{${ALL_SERVERS}} == 0`,
);

/** Builds the panels of the node exporters: failing and slow collectors, and changes to servers. */
export function exporterPanels(): Builder<Panel>[] {
  return [
    table({
      title: "Failing collectors",
      description:
        "Which collectors fail although they should work, and on which server is a file in the textfile directory malformed? Collectors whose hardware is missing are left out.",
      width: 12,
      height: GRAPH_HEIGHT,
      sort: [{ column: "Server", ascending: true }],
      noRows: "No collector fails",
      columns: [
        serverColumn(),
        { title: "Collector", label: "collector" },
        { title: "Failing", expr: `max by (instance, collector) (${FAILING} or ${MALFORMED})`, hidden: true },
      ],
    }),
    graph({
      title: "Slowest collectors",
      description: `Which ${TOP} collectors take longest, on any server?`,
      unit: units.Seconds,
      width: 12,
      sortBy: "Max",
      queries: [
        {
          expr: `topk(${TOP}, max by (collector) (node_scrape_collector_duration_seconds{${ALL_SERVERS}}))`,
          legend: "{{collector}}",
        },
      ],
    }),
    table({
      title: "Changes since the last deploy",
      description:
        "Which files, units, programs and firewall tables are not as the last deploy left them? At most ten changes of a component are listed.",
      width: 24,
      height: GRAPH_HEIGHT,
      sort: [
        { column: "Server", ascending: true },
        { column: "Component", ascending: true },
      ],
      noRows: "Nothing changed",
      columns: [
        serverColumn(),
        { title: "Component", label: "component" },
        { title: "Path", label: "path" },
        { title: "Change", label: "change" },
        {
          title: "Changed",
          expr: `max by (instance, component, path, change) (monitoring_deployed_change{${ALL_SERVERS}} or ${FIREWALLS})`,
          hidden: true,
        },
      ],
    }),
  ];
}
