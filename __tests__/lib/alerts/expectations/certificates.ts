import { APP, critical, Labels, metrics, Situation, warning } from "../../../support/expectations";

const HOUR = 60;
const DAY = 24 * HOUR;
const EXPORTER: Labels = { ...APP, component: "node_exporter" };

const NAME: Labels = { ...APP, component: "gateway", name: "grafana.example.com" };

/** A certificate that ends some minutes after the begin. A deploy replaces it at the given hour, by one for 365 days. */
const certificate = (end: number, replaced?: number, labels = EXPORTER) =>
  metrics(labels, {
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
  {
    alert: "CertificateExpiring",
    when: "the certificate of a host name ends soon, which is renewed later and has an alert of its own",
    step: HOUR,
    series: certificate(7 * DAY, undefined, NAME),
    fires: { [HOUR]: [], [5 * DAY]: [] },
  },
  {
    alert: "HostNameCertificateExpiring",
    when: "the gateway cannot renew the certificate of a host name",
    step: HOUR,
    series: certificate(14 * DAY + 10 * HOUR, undefined, NAME),
    fires: {
      // Exactly 14 days before the end, and the hour after it.
      [10 * HOUR]: [],
      [11 * HOUR]: [],
      [12 * HOUR]: [
        warning(
          NAME,
          "grafana.example.com on app has a certificate that ends in 14 days",
          "The gateway on app cannot get a certificate for grafana.example.com. Without a certificate, browsers reject the name. Usually, the DNS record does not point to the server, or a firewall blocks port 80 of the server.",
        ),
      ],
    },
  },
  {
    alert: "HostNameCertificateExpiring",
    when: "the certificate of a host name ends within 3 days, and then it ends",
    step: HOUR,
    series: certificate(3 * DAY + 10 * HOUR, undefined, NAME),
    fires: {
      [11 * HOUR]: [warning(NAME)],
      [12 * HOUR]: [warning(NAME), critical(NAME, "grafana.example.com on app has a certificate that ends in 3 days")],
      [4 * DAY]: [warning(NAME), critical(NAME, "grafana.example.com on app has no valid certificate")],
    },
  },
  {
    alert: "HostNameCertificateExpiring",
    when: "the gateway has got no certificate for a host name since the deploy",
    step: HOUR,
    series: certificate(0, undefined, NAME),
    fires: {
      0: [],
      [HOUR]: [
        warning(NAME, "grafana.example.com on app has no valid certificate"),
        critical(NAME, "grafana.example.com on app has no valid certificate"),
      ],
    },
  },
  {
    alert: "HostNameCertificateExpiring",
    when: "the gateway gets the first certificate",
    step: HOUR,
    series: certificate(0, 5, NAME),
    fires: { [4 * HOUR]: [warning(NAME), critical(NAME)], [5 * HOUR]: [] },
  },
  {
    alert: "HostNameCertificateExpiring",
    when: "the certificate of a component ends soon",
    step: HOUR,
    series: certificate(2 * DAY),
    fires: { [5 * HOUR]: [] },
  },
];
