import { diskProblem, logDiskNeed, seriesDiskNeed } from "../../lib/budgets";

const series = { series: 500_000, scrapeInterval: "15s", retention: "15d" };
const logs = { dailyVolume: "2GB", retention: "30d" };

test("a disk that is too small has a warning with all numbers and the remedies", () => {
  expect(diskProblem("hub", 20, [seriesDiskNeed(series), logDiskNeed(logs)])).toBe(
    'the data on hub can need 92.5 GB, but its disk of 20 GB has room for 18 GB (90 %): Prometheus 80.5 GB (seriesBudget 500000 × 2 bytes per 15s, kept for 15d), Loki 12 GB (dailyVolume "2GB" compressed by 5, kept for 30d). Use a disk of 103 GB, or set retentionSize of Prometheus, or reduce retention or dailyVolume of Loki, or set s3',
  );
});

test("retentionSize limits the need of Prometheus", () => {
  expect(
    diskProblem("hub", 20, [seriesDiskNeed({ ...series, retentionSize: "5GB" }), logDiskNeed(logs)]),
  ).toBeUndefined();
  expect(diskProblem("hub", 5, [seriesDiskNeed({ ...series, retentionSize: "5GB" })])).toContain(
    'Prometheus 5 GB (retentionSize "5GB"). Use a disk of 6 GB, or reduce retentionSize of Prometheus',
  );
});
