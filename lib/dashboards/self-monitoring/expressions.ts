/**
 * Returns a rate of requests by `status_class`, such as `4xx`. The status code -1 stands for a request without an answer
 * and gets the class `no answer`.
 *
 * @param rate rate with the label `status_code`
 */
export function byStatusClass(rate: string): string {
  const answered = `label_replace(${rate}, "status_class", "\${1}xx", "status_code", "([1-5])..")`;
  // In a stack, a class without requests would draw a line in its colour on top of the others.
  return `sum by (status_class) (label_replace(${answered}, "status_class", "no answer", "status_code", "-1")) > 0`;
}

/**
 * Returns the highest value of each rule group, by the label `group`. The label `rule_group` of Prometheus and Loki is
 * the path of the rule file, a semicolon and the name of the group.
 */
export function byRuleGroup(expr: string): string {
  return `max by (group) (label_replace(${expr}, "group", "$1", "rule_group", ".*;(.*)"))`;
}

/** Alerts per second at which the axis ends if there are fewer. */
export const FEW_ALERTS = 0.1;

/** Returns the expression with the label `host` of an Alertmanager, because the label `alertmanager` is a long URL. */
export function byAlertmanager(expr: string): string {
  return `sum by (host) (label_replace(${expr}, "host", "$1", "alertmanager", "https?://(.+?)(:[0-9]+)?(/.*)?"))`;
}
