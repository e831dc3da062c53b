import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define } from "../definition";
import { RecordingRule, Severity } from "../rule";

/**
 * The declared servers that were reached once. The file of targets lists every declared server, so `up` alone does not
 * tell one that vanished from one that never came. The series keeps itself alive for as long as the server is declared;
 * its range bounds for how long Prometheus may be off without forgetting.
 */
const serverSeen: RecordingRule = {
  record: "monitoring:server_seen",
  expr: [
    'max by (instance, monitoring) (up{job="node"} == 1)',
    'or max by (instance, monitoring) (last_over_time(monitoring:server_seen[1d]) and on (instance, monitoring) up{job="node"})',
  ].join("\n"),
};

/** Whether servers are there at all. No rule names a server, so a new one needs no reload. */
export const serverAlerts: readonly AlertDefinition[] = [
  define({
    name: "ServerUnreachable",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: {},
    recordings: [serverSeen],
    levels: [
      {
        severity: Severity.CRITICAL,
        // Eight scrapes: a reboot of a small server passes.
        for: "2m",
        expr: () => 'up{job="node"} == 0 and on (instance, monitoring) monitoring:server_seen',
      },
    ],
    summary: "{{ $labels.instance }} cannot be reached",
    description:
      "Prometheus gets no answer from the node exporter of {{ $labels.instance }} any more: the server is down, cut off, or only its exporter has stopped. Try SSH first; what runs there is not watched meanwhile.",
    dashboard: Uids.FLEET,
  }),
  define({
    name: "ServerNeverAppeared",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: {},
    recordings: [serverSeen],
    levels: [
      {
        severity: Severity.WARNING,
        // A deploy of a new server lists it some minutes before its exporter runs.
        for: "15m",
        expr: () => 'up{job="node"} == 0 unless on (instance, monitoring) monitoring:server_seen',
      },
    ],
    summary: "{{ $labels.instance }} is declared but was never reached",
    description:
      "{{ $labels.instance }} is declared as a member of {{ $labels.monitoring }}, yet Prometheus has never got an answer from its node exporter. Look whether its deploy failed, or remove it from the stack.",
    dashboard: Uids.FLEET,
  }),
];
