import { goVersion } from "../../../../../tools/dev/catalogue/sources/go-list";

test.each([
  ["github.com/prometheus/alertmanager", "0.34.1", "v0.34.1"],
  ["github.com/prometheus/prometheus", "3.15.0", "v0.315.0"],
  ["github.com/prometheus/prometheus", "3.5.2", "v0.305.2"],
  ["github.com/grafana/loki/v3", "3.7.8", "v3.7.8"],
])("goVersion(%j, %j) is %j", (module, version, expected) => {
  expect(goVersion(module, version)).toBe(expected);
});
