import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

/** Alerts about network interfaces. The thresholds for errors are those of the node mixin. */
export const networkAlerts: readonly AlertDefinition[] = [
  define({
    name: "NetworkReceiveErrors",
    group: "network",
    kinds: ["node_exporter"],
    thresholds: { errors: percent(1, "received packets that are damaged") },
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
      '{{ printf "%.1f" $value }} % of the packets that the interface {{ $labels.device }} of {{ $labels.instance }} receives are damaged, so connections are slow. Check the cable, the switch port and the driver.',
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
      'The interface {{ $labels.device }} of {{ $labels.instance }} fails to send {{ printf "%.1f" $value }} % of its packets, so connections are slow. Check the cable, the switch port and the driver.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "NetworkDrops",
    group: "network",
    kinds: ["node_exporter"],
    // Higher than for errors, because packets of unused protocols count as dropped, too.
    thresholds: { drops: percent(10, "received and sent packets that are dropped") },
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
      'The kernel of {{ $labels.instance }} drops {{ printf "%.1f" $value }} % of the packets of the interface {{ $labels.device }}. More packets arrive than it can process, or its queues are too short. Check the traffic.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "BondDegraded",
    group: "network",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "5m", expr: () => "node_bonding_active < node_bonding_slaves" }],
    summary: "The bond {{ $labels.master }} of {{ $labels.instance }} has failed interfaces",
    description:
      "Only {{ $value }} interfaces of the bond {{ $labels.master }} of {{ $labels.instance }} work. The bond is slower, and the next failure may disconnect the server. Check the links of the other interfaces.",
    dashboard: Uids.SERVER,
  }),
];
