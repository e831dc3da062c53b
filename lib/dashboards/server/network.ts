import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { SERVER } from "./selector";

/** Interfaces: what goes through them, what of it is damaged or dropped, and the connections of TCP. */
export function networkPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Traffic",
      description: "How much is received (above zero) and sent (below)?",
      unit: units.BytesPerSecondIEC,
      width: 9,
      queries: [
        { expr: rate("receive_bytes"), legend: "{{device}} received" },
        { expr: `-${rate("transmit_bytes")}`, legend: "{{device}} sent" },
      ],
      signed: true,
    }),
    graph({
      title: "Damaged packets",
      description: "How many packets of a hundred came damaged, or could not be sent? A cable, a port or a driver.",
      unit: units.Percent,
      width: 5,
      queries: [
        { expr: share(rate("receive_errs"), rate("receive_packets")), legend: "{{device}} received" },
        { expr: share(rate("transmit_errs"), rate("transmit_packets")), legend: "{{device}} sent" },
      ],
      thresholds: thresholdsOf(alerts, "NetworkReceiveErrors", "errors"),
    }),
    graph({
      title: "Dropped packets",
      description: "How many packets of a hundred does the kernel drop, because more comes than it can take?",
      unit: units.Percent,
      width: 5,
      queries: [
        {
          expr: share(
            `(${rate("receive_drop")} + ${rate("transmit_drop")})`,
            `(${rate("receive_packets")} + ${rate("transmit_packets")})`,
          ),
          legend: "{{device}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "NetworkDrops", "drops"),
    }),
    graph({
      title: "TCP",
      description: "How many connections are open, and how often must something be sent again?",
      unit: units.Short,
      width: 5,
      queries: [
        { expr: `node_netstat_Tcp_CurrEstab{${SERVER}}`, legend: "open" },
        { expr: `node_sockstat_TCP_tw{${SERVER}}`, legend: "closing" },
        { expr: `rate(node_netstat_Tcp_RetransSegs{${SERVER}}${RATE_INTERVAL})`, legend: "sent again per second" },
      ],
    }),
  ];
}

/** What goes on within the server itself is left out. */
function rate(counter: string): string {
  return `rate(node_network_${counter}_total{${SERVER},device!="lo"}${RATE_INTERVAL})`;
}

/** A share in percent, where there is something to have a share of. */
function share(part: string, whole: string): string {
  return `100 * ${part} / (${whole} > 0)`;
}
