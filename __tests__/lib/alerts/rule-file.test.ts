import { parse } from "yaml";
import { Severity } from "../../../lib/alerts/rule";
import { ruleFile } from "../../../lib/alerts/rule-file";

it("writes recording rules first, and the severity as a label", () => {
  const file = ruleFile([
    {
      name: "disks",
      interval: "30s",
      recordings: [{ record: "a:b", expr: "up", labels: { c: "d" } }],
      alerts: [
        {
          name: "DiskFull",
          expr: 'x{a="b"} > 1',
          for: "5m",
          severity: Severity.CRITICAL,
          labels: { team: "storage" },
          annotations: { summary: "{{ $labels.instance }}: full", description: "# no comment" },
        },
      ],
    },
    {
      name: "watchdog",
      recordings: [],
      alerts: [
        {
          name: "Watchdog",
          expr: "vector(1)",
          severity: Severity.NONE,
          labels: {},
          annotations: { summary: "yes", description: "1: 2" },
        },
      ],
    },
  ]);
  expect(parse(file)).toEqual({
    groups: [
      {
        name: "disks",
        interval: "30s",
        rules: [
          { record: "a:b", expr: "up", labels: { c: "d" } },
          {
            alert: "DiskFull",
            expr: 'x{a="b"} > 1',
            for: "5m",
            labels: { team: "storage", severity: "critical" },
            annotations: { summary: "{{ $labels.instance }}: full", description: "# no comment" },
          },
        ],
      },
      {
        name: "watchdog",
        rules: [
          {
            alert: "Watchdog",
            expr: "vector(1)",
            labels: { severity: "none" },
            annotations: { summary: "yes", description: "1: 2" },
          },
        ],
      },
    ],
  });
});

it("starts with a comment that names the owner", () => {
  expect(ruleFile([])).toBe(
    "# Written by cdktf-monitoring: the next deploy overwrites what is changed here.\ngroups: []\n",
  );
});
