import { Failure } from "../failures";
import { covers, describeSilence, lasts, LONGEST, RuleLabels, Silence } from "../silences";
import { count, duration, list } from "../text";
import { componentCheck, componentResults } from "./component-check";

/** The part of the result of `checks/alertmanager.py` that this check reads. */
interface Silences {
  readonly silences?: readonly Silence[];
}

/** The part of the results of `checks/prometheus.py` and `checks/loki.py` that this check reads. */
interface Rules {
  /** Labels of the critical alerts. */
  readonly critical?: readonly RuleLabels[];
}

/** Any critical alert, if the rules could not be read. */
const ANY: readonly RuleLabels[] = [{ severity: "critical" }];
/** Number of alerts that a failure names. */
const NAMED = 3;

/**
 * Lists the silences of the Alertmanagers. A silence of the Watchdog alert stops the pings to the dead man's switch. A
 * silence of critical alerts may last for a maintenance, but not longer than a day, because people forget it.
 */
export const silences = componentCheck<Silences>({
  name: "silences",
  kind: "alertmanager",
  component: "Alertmanager",
  conclude: (results, { measurement }) => {
    // The members of a cluster have the same silences.
    const all = [
      ...new Map(results.flatMap(({ values }) => (values.silences ?? []).map((each) => [each.id, each]))).values(),
    ];
    const rules = ["prometheus", "loki"].flatMap((kind) => componentResults<Rules>(measurement, kind).results);
    const critical = rules.flatMap(({ values }) => values.critical ?? []);
    return {
      summary: all.length === 0 ? "no silences" : count(all.length, "silence"),
      details: all.map(describeSilence),
      failures: all.flatMap((silence) => failure(silence, critical.length === 0 ? ANY : critical)),
    };
  },
});

function failure(silence: Silence, critical: readonly RuleLabels[]): Failure[] {
  const fix = `expire it in Alertmanager's web UI, or on its server: /opt/cdktf-monitoring/alertmanager/amtool silence expire ${silence.id} --alertmanager.url=<URL>`;
  const described = describeSilence(silence);
  if (silence.watchdog) return [{ problem: `a silence stops the pings to the dead man's switch: ${described}`, fix }];
  if (lasts(silence) <= LONGEST) return [];
  const covered = [...new Set(critical.filter((labels) => covers(silence, labels)).map(nameOf))];
  if (covered.length === 0) return [];
  const more = covered.length - NAMED;
  const names = more > 0 ? [...covered.slice(0, NAMED), count(more, "other")] : covered;
  return [
    {
      problem: `a silence covers critical alerts for ${duration(lasts(silence))}, which is longer than a day (${list(names)}): ${described}`,
      fix,
    },
  ];
}

function nameOf({ alertname = "all critical alerts" }: RuleLabels): string {
  return alertname;
}
