import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define } from "../definition";
import { Severity } from "../rule";

const DAY = 86_400;
const days = (value: number) => ({ value, unit: "days", meaning: "time until the certificate ends" });

/** Alerts about the certificates of an encrypted transport, and those of host names. The program that compares a server with its last deploy reads them. */
export const certificateAlerts: readonly AlertDefinition[] = [
  define({
    name: "CertificateExpiring",
    group: "certificates",
    kinds: ["node_exporter"],
    // Deploys replace certificates 60 days before their end.
    thresholds: { warning: days(30), critical: days(7) },
    levels: [
      { severity: Severity.WARNING, expr: (t) => expiring('name=""', t.warning) },
      { severity: Severity.CRITICAL, expr: (t) => expiring('name=""', t.critical) },
    ],
    summary:
      'The certificate of {{ $labels.component }} on {{ $labels.instance }} {{ if gt $value 0.0 }}ends in {{ printf "%.0f" $value }} days{{ else }}has ended{{ end }}',
    description:
      "Other components reject the certificate of {{ $labels.component }} on {{ $labels.instance }} from its end on, so scrapes, alerts or logs stop. No deploy has replaced it, although each deploy replaces certificates that end within 60 days. Deploy again.",
    dashboard: Uids.SELF_MONITORING,
  }),
  define({
    name: "HostNameCertificateExpiring",
    group: "certificates",
    kinds: ["gateway"],
    // The gateway renews a certificate when a third of its time is left, which is 30 days with Let's Encrypt.
    thresholds: { warning: days(14), critical: days(3) },
    levels: [
      { severity: Severity.WARNING, for: "1h", expr: (t) => expiring('name!=""', t.warning) },
      { severity: Severity.CRITICAL, for: "1h", expr: (t) => expiring('name!=""', t.critical) },
    ],
    summary:
      '{{ $labels.name }} on {{ $labels.instance }} {{ if gt $value 0.0 }}has a certificate that ends in {{ printf "%.0f" $value }} days{{ else }}has no valid certificate{{ end }}',
    description:
      "The gateway on {{ $labels.instance }} cannot get a certificate for {{ $labels.name }}. Without a certificate, browsers reject the name. Usually, the DNS record does not point to the server, or a firewall blocks port 80 of the server.",
    dashboard: Uids.SELF_MONITORING,
  }),
];

/** Certificates that end within some days, with the number of days. Those of host names have the label `name`. */
function expiring(matcher: string, limit: number): string {
  return `(monitoring_certificate_expiry_timestamp_seconds{${matcher}} - time()) / ${DAY} < ${limit}`;
}
