import { Severity } from "../../../../lib/alerts/rule";
import { Firing, Labels, metrics, Situation } from "../../../support/expectations";

/** An alert on a counter of failures. */
export interface Counting {
  readonly alert: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly severity: Severity;
  readonly summary: string;
  /** The alert's `for` duration, in minutes. */
  readonly hold: number;
  /** Minutes for which one increase of the counter counts. */
  readonly window: number;
}

/** Returns the expectations of an alert on a counter of failures. */
export function counting({ alert, metric, labels, severity, summary, hold, window }: Counting): Situation[] {
  const fires: Firing = { severity, labels, annotations: { summary } };
  const start = 20;
  const goesOn = metrics(labels, { [metric]: `0x${start - 1} 1+1x${hold + 1} ${hold + 2}x100` });
  const end = start + hold + 1;
  return [
    {
      alert,
      when: "it keeps failing",
      series: goesOn,
      fires: {
        [start + hold - 1]: [],
        [start + hold]: [fires],
        [end + window - 2]: [{ severity, labels }],
        [end + window - 1]: [],
      },
    },
    { alert, when: "it failed long ago", series: metrics(labels, { [metric]: "7x100" }), fires: { 100: [] } },
    { alert, when: "it never failed", series: metrics(labels, { [metric]: "0x100" }), fires: { 100: [] } },
  ];
}
