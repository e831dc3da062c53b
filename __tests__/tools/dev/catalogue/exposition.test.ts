import { metricNames } from "../../../../tools/dev/catalogue/exposition";

test("metricNames returns the names for queries, also those of empty families", () => {
  const page = `# HELP up Whether it is up.
# TYPE up gauge
up{job="a"} 1
bare_total 1
# TYPE size histogram
# TYPE wait summary
wait{quantile="0.5"} 1
`;
  expect([...metricNames(page)].sort()).toEqual([
    "bare_total",
    "size_bucket",
    "size_count",
    "size_sum",
    "up",
    "wait",
    "wait_count",
    "wait_sum",
  ]);
});
