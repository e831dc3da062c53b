import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { SERVER } from "./selector";

/** Builds the network panels: traffic, utilization, packet errors and drops per interface, and TCP connections. */
export function networkPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Network traffic",
      description: "How much is received (above zero) and sent (below)?",
      unit: units.BytesPerSecondIEC,
      width: 12,
      queries: [
        { expr: rate("receive_bytes"), legend: "{{device}} received" },
        { expr: rate("transmit_bytes"), legend: "{{device}} sent", below: true },
      ],
    }),
    graph({
      title: "Link utilization",
      description:
        "How much of each interface's speed is in use? Virtual machines often have interfaces without a speed.",
      unit: units.Percent,
      width: 12,
      queries: [
        { expr: share(rate("receive_bytes"), SPEED), legend: "{{device}} received" },
        { expr: share(rate("transmit_bytes"), SPEED), legend: "{{device}} sent", below: true },
      ],
      decimals: 2,
      noValue: "No interface reports its speed",
    }),
    graph({
      title: "Packet errors",
      description:
        "What percentage of packets arrives damaged or cannot be sent? Check the cable, the port and the driver.",
      unit: units.Percent,
      width: 6,
      queries: [
        { expr: share(rate("receive_errs"), rate("receive_packets")), legend: "{{device}} received" },
        { expr: share(rate("transmit_errs"), rate("transmit_packets")), legend: "{{device}} sent" },
      ],
      thresholds: thresholdsOf(alerts, "NetworkReceiveErrors", "errors"),
    }),
    graph({
      title: "Dropped packets",
      description: "What percentage of packets does the kernel drop because it cannot keep up?",
      unit: units.Percent,
      width: 6,
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
      title: "TCP connections",
      description: "How many connections are open, and how many segments are retransmitted?",
      unit: units.Short,
      width: 6,
      queries: [
        { expr: `node_netstat_Tcp_CurrEstab{${SERVER}}`, legend: "open" },
        { expr: `node_sockstat_TCP_tw{${SERVER}}`, legend: "TIME_WAIT" },
        { expr: netstat("Tcp_RetransSegs"), legend: "retransmitted per second" },
      ],
    }),
    graph({
      title: "Refused connections",
      description:
        "What percentage of new connections does the kernel refuse, because a service does not accept them fast enough?",
      unit: units.Percent,
      width: 6,
      queries: [
        {
          expr: `100 * ${netstat("TcpExt_ListenOverflows")} / clamp_min(${netstat("TcpExt_ListenOverflows")} + ${netstat("Tcp_PassiveOpens")}, 0.001)`,
          legend: "refused",
        },
      ],
      colours: { refused: Colours.CRITICAL },
      thresholds: thresholdsOf(alerts, "ListenQueueFull", "refused"),
    }),
  ];
}

/** Speed of each interface in bytes per second. */
const SPEED = `node_network_speed_bytes{${SERVER},device!="lo"}`;

/** Rate of a network counter, without the loopback interface. */
function rate(counter: string): string {
  return `rate(node_network_${counter}_total{${SERVER},device!="lo"}${RATE_INTERVAL})`;
}

function netstat(counter: string): string {
  return `rate(node_netstat_${counter}{${SERVER}}${RATE_INTERVAL})`;
}

/** Share in percent; no value if `whole` is zero. */
function share(part: string, whole: string): string {
  return `100 * ${part} / (${whole} > 0)`;
}
