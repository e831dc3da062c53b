import { LogFormat } from "../../../lib/logs/log-format";
import { LogSource } from "../../../lib/logs/log-source";
import { logAgentTest } from "../../support/log-agents";

logAgentTest("lines of access logs have the time of the request, its method and its status class", async (agent) => {
  const lines = [
    '::1 - - [25/Nov/2026:02:55:11 +0000] "GET / HTTP/1.1" 200 153 "-" "curl/8"',
    '::1 - - [25/Nov/2026:02:55:12 +0100] "GET /error HTTP/1.1" 500 153 "-" "curl/8"',
    '::1 - - [25/Nov/2026:02:55:13 +0000] "PWNED / HTTP/1.1" 400 153 "-" "curl/8"',
    "no request at all",
  ];
  const sources = (folder: string): LogSource[] => [
    LogSource.nginx({ accessLogs: [`${folder}/access.log`], errorLogs: [] }),
  ];
  const found = await agent.entries({ "access.log": `${lines.join("\n")}\n` }, sources, 4);
  const common = { filename: "access.log", job: "nginx", kind: "access" };
  expect(found).toEqual([
    {
      line: lines[1],
      time: Date.UTC(2026, 10, 25, 1, 55, 12),
      labels: { ...common, method: "GET", status_class: "5xx" },
    },
    {
      line: lines[0],
      time: Date.UTC(2026, 10, 25, 2, 55, 11),
      labels: { ...common, method: "GET", status_class: "2xx" },
    },
    { line: lines[2], time: Date.UTC(2026, 10, 25, 2, 55, 13), labels: { ...common, status_class: "4xx" } },
    { line: lines[3], time: Date.UTC(2026, 10, 25, 2, 55, 13), labels: common },
  ]);
});

logAgentTest("lines in JSON and logfmt have the time and level of any known key", async (agent) => {
  const files = {
    "a.json": [
      '{"time":"2026-11-25T02:55:01.5Z","level":"ERROR"}',
      '{"ts":1795575302.25,"lvl":"warn"}',
      '{"timestamp":1795575303250,"level":30}',
      '{"@timestamp":"2026-11-25 02:55:04,125","severity":"Fatal"}',
      '{"time":"2026-11-25T02:55:05Z","level":"odd"}',
    ],
    "a.logfmt": [
      "ts=2026-11-25T02:55:11.125Z caller=x level=info msg=a",
      'time=2026-11-25T03:55:12+01:00 level=WARN msg="b c"',
      "t=2026-11-25T02:55:13.5Z lvl=dbug msg=d",
    ],
  };
  const sources = (folder: string): LogSource[] => [
    LogSource.files("one", { paths: [`${folder}/*.json`], format: LogFormat.JSON }),
    LogSource.files("two", { paths: [`${folder}/*.logfmt`], format: LogFormat.LOGFMT }),
  ];
  const texts = Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, `${lines.join("\n")}\n`]));
  const found = await agent.entries(texts, sources, 8);
  expect(
    found.map(({ time, labels }) => [new Date(time).toISOString().slice(17, -1), labels.job, labels.level]),
  ).toEqual([
    ["01.500", "one", "error"],
    ["02.250", "one", "warning"],
    ["03.250", "one", "info"],
    ["04.125", "one", "critical"],
    ["05.000", "one", undefined],
    ["11.125", "two", "info"],
    ["12.000", "two", "warning"],
    ["13.500", "two", undefined],
  ]);
});

logAgentTest(
  "a line that is not logfmt has the level that it names, and causes no error of the agent",
  async (agent) => {
    const lines = [
      "panic: runtime error",
      "OPTIONS=--size=3 level=warn",
      "a==b",
      'main.go:3: "quoted" lvl="ERROR"',
      'text="unterminated level=error',
      'text="the word level=error" level=info',
      "sublevel=error",
      "level=info level=error",
      `level=${"x".repeat(5)}=1`,
    ];
    const sources = (folder: string): LogSource[] => [
      LogSource.files("shop", { paths: [`${folder}/a.log`], format: LogFormat.LOGFMT }),
    ];
    const found = await agent.entries({ "a.log": `${lines.join("\n")}\n` }, sources, lines.length);
    const levels = Object.fromEntries(found.map(({ line, labels }) => [line, labels.level]));
    expect(lines.map((line) => levels[line])).toEqual([
      undefined,
      "warning",
      undefined,
      "error",
      undefined,
      "info",
      undefined,
      "info",
      undefined,
    ]);
  },
);

logAgentTest("stack traces are joined by the default expression or a user-provided one", async (agent) => {
  const files = {
    "plain.log": "2026-11-25 02:55:01 ERROR boom\n  at a\nCaused by: x\n  at b\n2026-11-25 02:55:02 fine\n",
    "own.log": "#1 2026\nTraceback\n  File\nValueError: x\n#2 2026\n",
    "error.log":
      "2026/11/25 02:55:03 [error] 7#7: PHP message\nStack trace:\n#0 x\n2026/11/25 02:55:04 [warn] 7#7: y\n",
  };
  const sources = (folder: string): LogSource[] => [
    LogSource.files("plain", { paths: [`${folder}/plain.log`] }),
    LogSource.files("own", { paths: [`${folder}/own.log`], firstLine: "^#\\d" }),
    LogSource.nginx({ accessLogs: [], errorLogs: [`${folder}/error.log`] }),
  ];
  const found = await agent.entries(files, sources, 6);
  const of = (job: string): unknown[] =>
    found.filter(({ labels }) => labels.job === job).map(({ line, labels }) => [line, labels.level]);
  expect(of("plain")).toEqual([
    ["2026-11-25 02:55:01 ERROR boom\n  at a\nCaused by: x\n  at b", "error"],
    ["2026-11-25 02:55:02 fine", undefined],
  ]);
  expect(of("own")).toEqual([
    ["#1 2026\nTraceback\n  File\nValueError: x", undefined],
    ["#2 2026", undefined],
  ]);
  expect(of("nginx")).toEqual([
    ["2026/11/25 02:55:03 [error] 7#7: PHP message\nStack trace:\n#0 x", "error"],
    ["2026/11/25 02:55:04 [warn] 7#7: y", "warning"],
  ]);
});

logAgentTest("Alertmanager's journal is sent without tokens of Telegram bots", async (agent) => {
  const failed = (token: string): string =>
    `level=WARN msg="Notify attempt failed" err="Post \\"https://api.telegram.org/${token}/sendMessage\\": EOF"`;
  const other = "level=INFO msg=Listening address=[::]:9093";
  const sources = (folder: string): LogSource[] => [
    LogSource.files("alertmanager", { paths: [`${folder}/a.log`], format: LogFormat.LOGFMT }),
    LogSource.files("shop", { paths: [`${folder}/b.log`] }),
  ];
  const token = "bot123456789:AAH-x_9yZ";
  const files = { "a.log": `${failed(token)}\n${other}\n`, "b.log": `${failed(token)}\n` };
  const found = await agent.entries(files, sources, 3, true);
  const lines = found.map(({ labels, line }) => `${labels.job}: ${line}`).sort();
  expect(lines).toEqual(
    [`alertmanager: ${other}`, `alertmanager: ${failed("bot123456789:…")}`, `shop: ${failed(token)}`].sort(),
  );
});

logAgentTest("Loki's journal is sent without errors about disabled deletion", async (agent) => {
  const failed = 'level=error msg="error loading numbers" err="deletion is not available for this tenant"';
  const other = 'level=error msg="error flushing chunks"';
  const sources = (folder: string): LogSource[] => [
    LogSource.files("loki", { paths: [`${folder}/a.log`], format: LogFormat.LOGFMT }),
    LogSource.files("shop", { paths: [`${folder}/b.log`] }),
  ];
  const files = { "a.log": `${failed}\n${other}\n`, "b.log": `${failed}\n` };
  const found = await agent.entries(files, sources, 2, true);
  expect(found.map(({ labels, line }) => `${labels.job}: ${line}`).sort()).toEqual([
    `loki: ${other}`,
    `shop: ${failed}`,
  ]);
});
