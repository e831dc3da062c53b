import { inFolder, promtool } from "./promtool";

/** Series with their values in each minute. */
type Series = Readonly<Record<string, string>>;
/** Values by labels. */
type Samples = Readonly<Record<string, number>>;

/** Number of minutes after which queries are evaluated. */
export const MINUTES = 30;

/** Evaluates a query after half an hour, and expects the samples. */
export async function expectSamples(expr: string, series: Series, samples: Samples): Promise<void> {
  const test = {
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: `round((${expr.replaceAll("$__rate_interval", "4m")}), 0.001)`,
            eval_time: `${MINUTES}m`,
            exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
          },
        ],
      },
    ],
  };
  const { code, output } = await inFolder({ "test.yml": JSON.stringify(test) }, async (folder) =>
    promtool(folder, "test", "rules", "test.yml"),
  );
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
}

/** A counter that grows by `each` per minute. */
export const growing = (each: number): string => `0+${each}x${MINUTES}`;
