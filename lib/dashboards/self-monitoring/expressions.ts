/**
 * Returns a rate of requests by `status_class`, such as `4xx`. The status code -1 stands for a request without an answer
 * and gets the class `no answer`.
 *
 * @param rate rate with the label `status_code`
 */
export function byStatusClass(rate: string): string {
  const answered = `label_replace(${rate}, "status_class", "\${1}xx", "status_code", "([1-5])..")`;
  return `sum by (status_class) (label_replace(${answered}, "status_class", "no answer", "status_code", "-1"))`;
}

/**
 * Returns the highest value of each rule group, by the label `group`. The label `rule_group` of Prometheus and Loki is
 * the path of the rule file, a semicolon and the name of the group.
 */
export function byRuleGroup(expr: string): string {
  return `max by (group) (label_replace(${expr}, "group", "$1", "rule_group", ".*;(.*)"))`;
}
