import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define } from "../definition";
import { Severity } from "../rule";

const DAY = 86_400;
const days = (value: number) => ({ value, unit: "days", meaning: "time until the certificate ends" });

/** Alerts about the certificates of an encrypted transport. The program that compares a server with its last deploy reads them. */
export const certificateAlerts: readonly AlertDefinition[] = [
  define({
    name: "CertificateExpiring",
    group: "certificates",
    kinds: ["node_exporter"],
    // Deploys replace certificates 60 days before their end.
    thresholds: { warning: days(30), critical: days(7) },
    levels: [
      { severity: Severity.WARNING, expr: (t) => expiring(t.warning) },
      { severity: Severity.CRITICAL, expr: (t) => expiring(t.critical) },
    ],
    summary:
      'The certificate of {{ $labels.component }} on {{ $labels.instance }} {{ if gt $value 0.0 }}ends in {{ printf "%.0f" $value }} days{{ else }}has ended{{ end }}',
    description:
      "Other components reject the certificate of {{ $labels.component }} on {{ $labels.instance }} from its end on, so scrapes, alerts or logs stop. No deploy has replaced it, although each deploy replaces certificates that end within 60 days. Deploy again.",
    dashboard: Uids.SELF_MONITORING,
  }),
];

/** Certificates that end within some days, with the number of days. */
function expiring(limit: number): string {
  return `(monitoring_certificate_expiry_timestamp_seconds - time()) / ${DAY} < ${limit}`;
}
