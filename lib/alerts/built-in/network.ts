import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

/** Network interfaces. The shares of errors are those of the node mixin. */
export const networkAlerts: readonly AlertDefinition[] = [
  define({
    name: "NetworkReceiveErrors",
    group: "network",
    kinds: ["node_exporter"],
    thresholds: { errors: percent(1, "packets that came damaged") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) =>
          `100 * rate(node_network_receive_errs_total[5m]) / rate(node_network_receive_packets_total[5m]) > ${t.errors}`,
      },
    ],
    summary: "{{ $labels.device }} of {{ $labels.instance }} receives damaged packets",
    description:
      '{{ printf "%.1f" $value }} % of what the interface {{ $labels.device }} of {{ $labels.instance }} receives is damaged: a cable, a port or a driver. Connections are slow, for all is sent again.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "NetworkTransmitErrors",
    group: "network",
    kinds: ["node_exporter"],
    thresholds: { errors: percent(1, "packets that could not be sent") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) =>
          `100 * rate(node_network_transmit_errs_total[5m]) / rate(node_network_transmit_packets_total[5m]) > ${t.errors}`,
      },
    ],
    summary: "{{ $labels.device }} of {{ $labels.instance }} fails to send packets",
    description:
      '{{ printf "%.1f" $value }} % of what the interface {{ $labels.device }} of {{ $labels.instance }} should send fails: a cable, a port or a driver. Connections are slow, for all is sent again.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "NetworkDrops",
    group: "network",
    kinds: ["node_exporter"],
    // Higher than for errors: packets of protocols that nobody listens to count as dropped, too.
    thresholds: { drops: percent(10, "packets that were dropped, of those received and sent") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) =>
          `100 * (rate(node_network_receive_drop_total[5m]) + rate(node_network_transmit_drop_total[5m])) / (rate(node_network_receive_packets_total[5m]) + rate(node_network_transmit_packets_total[5m])) > ${t.drops}`,
      },
    ],
    summary: "{{ $labels.device }} of {{ $labels.instance }} drops packets",
    description:
      '{{ printf "%.1f" $value }} % of the packets of the interface {{ $labels.device }} of {{ $labels.instance }} are dropped by its kernel: more comes than it can take, or its queues are short. See what the traffic is.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "BondDegraded",
    group: "network",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "5m", expr: () => "node_bonding_active < node_bonding_slaves" }],
    summary: "The bond {{ $labels.master }} of {{ $labels.instance }} lacks interfaces",
    description:
      "Only {{ $value }} of the interfaces of the bond {{ $labels.master }} of {{ $labels.instance }} work: it is slower, and may be one failure away from no network. Look at the links of the others.",
    dashboard: Uids.SERVER,
  }),
];
