import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ACCEPTED = "rate(node_netstat_Tcp_PassiveOpens[5m])";
const OVERFLOWS = "rate(node_netstat_TcpExt_ListenOverflows[5m])";
/**
 * Requests for connections (SYN) that found the queue of half-open connections full: the kernel answers with a SYN
 * cookie or drops the request. The counter of drops includes the overflows of the accept queue.
 */
const SYN_OVERFLOWS = `(rate(node_netstat_TcpExt_SyncookiesSent[5m]) + rate(node_netstat_TcpExt_ListenDrops[5m]) - ${OVERFLOWS})`;

/** Alerts about network interfaces and connections. The thresholds for errors are those of the node mixin. */
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
  define({
    name: "NetworkFlapping",
    group: "network",
    kinds: ["node_exporter"],
    // A reboot or maintenance of the switch causes one or two interruptions.
    thresholds: {
      interruptions: { value: 3, unit: "interruptions", meaning: "losses of the link within the window", least: 1 },
      window: minutes(15, "range in which interruptions are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) => `increase(node_network_carrier_down_changes_total[${t.window}m]) >= ${t.interruptions}`,
      },
    ],
    summary: "{{ $labels.device }} of {{ $labels.instance }} loses its link again and again",
    description:
      'The interface {{ $labels.device }} of {{ $labels.instance }} lost its link {{ printf "%.0f" $value }} times within minutes. Connections stall or break. Check the cable, the transceiver, the switch port and the driver.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ListenQueueFull",
    group: "network",
    kinds: ["node_exporter"],
    // The share at which the node mixin reports errors of interfaces.
    thresholds: { refused: percent(1, "connections that a full queue refuses") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `100 * ${OVERFLOWS} / (${OVERFLOWS} + ${ACCEPTED}) > ${t.refused}`,
      },
    ],
    summary: "A service on {{ $labels.instance }} accepts connections too slowly",
    description:
      'The kernel of {{ $labels.instance }} refuses {{ printf "%.0f" $value }} % of the new TCP connections, because the accept queue of a service is full. Clients wait for seconds or fail. The service hangs, is overloaded, or its queue is too short. ss -ltn shows the queue.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "SynQueueFull",
    group: "network",
    kinds: ["node_exporter"],
    // Bursts of clients stay below this share, and SYN cookies handle them. During an attack, the share is close to 100 %.
    thresholds: { overflows: percent(10, "requests for connections that find the queue full") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `100 * ${SYN_OVERFLOWS} / (${SYN_OVERFLOWS} + ${ACCEPTED}) > ${t.overflows}`,
      },
    ],
    summary: "{{ $labels.instance }} receives more requests for TCP connections than it can queue",
    description:
      '{{ printf "%.0f" $value }} % of the requests for TCP connections to {{ $labels.instance }} find the queue of half-open connections full. The server is attacked (SYN flood), or its queues are too short for its clients. The kernel log names the port.',
    dashboard: Uids.SERVER,
  }),
];
