import { literalExternalLabels } from "../../../lib/metrics/external-labels";

test("a dollar sign is doubled, because Prometheus 3 would read an environment variable", () => {
  expect(literalExternalLabels({ site: "50 % of ${x}, $y and $$" }, "3.1.0")).toEqual({
    site: "50 % of $${x}, $$y and $$$$",
  });
});

test("Prometheus 2 gets the text as it is", () => {
  expect(literalExternalLabels({ site: "${x}" }, "2.53.0")).toEqual({ site: "${x}" });
});
