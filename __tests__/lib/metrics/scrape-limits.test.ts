import { DEFAULT_SCRAPE_LIMITS, scrapeLimitSettings, scrapeLimitsProblem } from "../../../lib/metrics/scrape-limits";

test("the default limits are settings of Prometheus", () => {
  expect(scrapeLimitSettings(DEFAULT_SCRAPE_LIMITS)).toEqual({
    sample_limit: 50_000,
    label_limit: 60,
    label_name_length_limit: 1024,
    label_value_length_limit: 2048,
    body_size_limit: "10MB",
  });
});

test("the size of a response follows the number of samples, unless it is set", () => {
  expect(scrapeLimitSettings({ samples: 200_000 })).toEqual({ sample_limit: 200_000, body_size_limit: "39MB" });
  expect(scrapeLimitSettings({ samples: 10, bodySize: "1MB" })).toEqual({ sample_limit: 10, body_size_limit: "1MB" });
  expect(scrapeLimitSettings({ labels: 5 })).toEqual({ label_limit: 5 });
});

test("scrapeLimitsProblem reports numbers and sizes", () => {
  expect(scrapeLimitsProblem("limits", { samples: 0 })).toBe(
    "limits, samples: 0 is not a whole number greater than 0: use a number such as 50000",
  );
  expect(scrapeLimitsProblem("limits", { bodySize: "10" })).toBe(
    'limits, bodySize: "10" is not a size: use a size such as "512KB" or "20MB"',
  );
  expect(scrapeLimitsProblem("limits", { samples: 1, bodySize: "1MB" })).toBeUndefined();
});
