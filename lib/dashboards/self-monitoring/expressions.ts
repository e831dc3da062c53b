/** Alerts per second at which the axis ends if there are fewer. */
export const FEW_ALERTS = 0.1;

/** Returns the expression with the label `host` of an Alertmanager, because the label `alertmanager` is a long URL. */
export function byAlertmanager(expr: string): string {
  return `sum by (host) (label_replace(${expr}, "host", "$1", "alertmanager", "https?://(.+?)(:[0-9]+)?(/.*)?"))`;
}
