import { APP, critical, Labels, metrics, Situation, warning } from "../../../support/expectations";

const HOUR = 60;
const DAY = 24 * HOUR;
const EXPORTER: Labels = { ...APP, component: "node_exporter" };

/** A certificate that ends some minutes after the begin. A deploy replaces it at the given hour, by one for 365 days. */
const certificate = (end: number, replaced?: number) =>
  metrics(EXPORTER, {
    monitoring_certificate_expiry_timestamp_seconds:
      replaced === undefined
        ? `${String(end * 60)}x400`
        : `${String(end * 60)}x${String(replaced - 1)} ${String(365 * DAY * 60)}x400`,
  });

export const certificates: readonly Situation[] = [
  {
    alert: "CertificateExpiring",
    when: "no deploy replaces a certificate within 30 days before its end",
    step: HOUR,
    series: certificate(30 * DAY + 10 * HOUR),
    fires: {
      // Exactly 30 days before the end.
      [10 * HOUR]: [],
      [11 * HOUR]: [
        warning(
          EXPORTER,
          "The certificate of node_exporter on app ends in 30 days",
          "Other components reject the certificate of node_exporter on app from its end on, so scrapes, alerts or logs stop. No deploy has replaced it, although each deploy replaces certificates that end within 60 days. Deploy again.",
        ),
      ],
      [10 * DAY]: [warning(EXPORTER, "The certificate of node_exporter on app ends in 20 days")],
    },
  },
  {
    alert: "CertificateExpiring",
    when: "no deploy replaces a certificate within 7 days before its end, and then it ends",
    step: HOUR,
    series: certificate(7 * DAY + 10 * HOUR),
    fires: {
      [10 * HOUR]: [warning(EXPORTER)],
      [11 * HOUR]: [warning(EXPORTER), critical(EXPORTER, "The certificate of node_exporter on app ends in 7 days")],
      [8 * DAY]: [warning(EXPORTER), critical(EXPORTER, "The certificate of node_exporter on app has ended")],
    },
  },
  {
    alert: "CertificateExpiring",
    when: "a deploy replaces the certificate",
    step: HOUR,
    series: certificate(7 * DAY, 5),
    fires: { [4 * HOUR]: [warning(EXPORTER), critical(EXPORTER)], [5 * HOUR]: [] },
  },
];
