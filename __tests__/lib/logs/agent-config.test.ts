import fc from "fast-check";
import { parse } from "yaml";
import { agentConfig } from "../../../lib/logs/agent-config";
import { alloyConfig } from "../../../lib/logs/alloy";
import { BUILT_IN_SOURCES } from "../../../lib/logs/built-in-sources";
import { journalRules } from "../../../lib/logs/journal-rules";
import { emittedLabels } from "../../../lib/logs/emitted-labels";
import { LogSource } from "../../../lib/logs/log-source";
import { EXTRACTIONS, FIRST_LINES } from "../../../lib/logs/parsers";
import { filePipeline, journalPipeline } from "../../../lib/logs/pipelines";
import { promtailConfig } from "../../../lib/logs/promtail";
import { targetFiles } from "../../../lib/logs/target-files";
import { LogFormat, Parser } from "../../../lib/logs/log-format";

const SOURCES = [
  LogSource.nginx(),
  LogSource.files("shop", { paths: ["/srv/shop/*.log"], format: LogFormat.JSON, firstLine: "^\\{" }),
  LogSource.journal("api", { units: ["api.service", "api@1.service"], format: LogFormat.LOGFMT }),
];
const CONFIG = agentConfig({ instance: "app", monitoring: "m" }, SOURCES);

/** Returns a parser's expression of RE2 as one of JavaScript. */
function pattern(parser: Parser, index = 0): RegExp {
  const stages = EXTRACTIONS[parser].filter((stage) => stage.type === "regex");
  const { expression } = stages[index] ?? { expression: "(?:)" };
  return new RegExp(expression.replaceAll("(?P<", "(?<"));
}

describe("access logs", () => {
  test.each([
    [
      '10.0.0.1 - - [25/Nov/2026:02:55:11 +0000] "GET /a?b=%22 HTTP/1.1" 404 153 "-" "curl/8"',
      { time: "25/Nov/2026:02:55:11 +0000", method: "GET", status_class: "4" },
    ],
    [
      'www.example.org:80 ::1 - bob [01/Jan/2027:23:59:60 -0700] "POST /x HTTP/2.0" 500 0',
      { time: "01/Jan/2027:23:59:60 -0700", method: "POST", status_class: "5" },
    ],
    [
      '10.0.0.1 - - [25/Nov/2026:02:55:11 +0000] "PWN\\"ED / HTTP/1.1" 400 153 "-" "-"',
      { time: "25/Nov/2026:02:55:11 +0000", method: undefined, status_class: "4" },
    ],
    [
      '10.0.0.1 - - [25/Nov/2026:02:55:11 +0000] "" 400 0 "-" "-"',
      { time: "25/Nov/2026:02:55:11 +0000", method: undefined, status_class: "4" },
    ],
  ])("are parsed: %s", (line, expected) => {
    expect({ ...pattern(Parser.ACCESS).exec(line)?.groups }).toEqual(expected);
  });

  test.each(["", "\u0000\u0001", '1.2.3.4 - - [99/Foo/2026:02:55:11 +0000] "GET / HTTP/1.1" 200 1', '[] "" 999 '])(
    "are distinguished from other lines: %j",
    (line) => {
      expect(pattern(Parser.ACCESS).exec(line)).toBeNull();
    },
  );
});

describe("other logs", () => {
  test.each([
    [
      Parser.NGINX_ERROR,
      "2026/11/25 02:55:11 [crit] 7#7: *1 open() failed",
      { time: "2026/11/25 02:55:11", level: "crit" },
    ],
    [
      Parser.APACHE_ERROR,
      "[Wed Nov 25 02:55:11.123456 2026] [core:error] [pid 1:tid 2] AH00037: x",
      { time: "Wed Nov 25 02:55:11.123456 2026", level: "error" },
    ],
    [Parser.PLAIN, "2026-11-25 02:55:11,123 ERROR boom", { time: "2026-11-25 02:55:11,123" }],
    [Parser.PLAIN, "[2026-11-25T02:55:11.5+01:00] x", { time: "2026-11-25T02:55:11.5+01:00" }],
    [
      Parser.AUTH,
      "2026-11-25T02:55:11.123456+00:00 app sshd[12]: Failed password for root",
      { time: "2026-11-25T02:55:11.123456+00:00", job: "sshd", message: "Failed password for root" },
    ],
    [
      Parser.AUTH,
      "Nov  5 02:55:11 app sudo:   bob : command not allowed ; TTY=x",
      { time: "Nov  5 02:55:11", job: "sudo", message: "bob : command not allowed ; TTY=x" },
    ],
  ])("of %s are parsed: %s", (parser, line, expected) => {
    expect({ ...pattern(parser).exec(line)?.groups }).toEqual(expected);
  });

  test.each([
    ["2026-11-25 02:55:11 WARN slow", "WARN"],
    ["[ERROR] broken", "ERROR"],
    ["level:INFO ok", "INFO"],
    ["MY_INFORMATION", undefined],
    ["TERRORIST", undefined],
  ])("of plain text have a level: %s", (line, level) => {
    expect(pattern(Parser.PLAIN, 1).exec(line)?.groups?.level).toBe(level);
  });

  test.each([
    ["2026-11-25 ERROR boom", true],
    ["Exception in thread", true],
    ["Caused", true],
    ["Caused bx", true],
    ["C", true],
    ["Caused by: x", false],
    ["\tat com.example.Shop", false],
    ['  File "x.py", line 1', false],
  ])("of plain text begin an entry or continue one: %j", (line, begins) => {
    expect(new RegExp(FIRST_LINES[Parser.PLAIN] ?? "").test(line)).toBe(begins);
  });
});

describe("the configurations of Promtail and Alloy", () => {
  const promtail = parse(promtailConfig(CONFIG)) as {
    client: object;
    scrape_configs: { pipeline_stages: object[]; relabel_configs?: object[] }[];
  };
  const alloy = alloyConfig(CONFIG);

  test("send to Loki with the server's labels, and retry without limit", () => {
    expect(promtail.client).toMatchObject({
      external_labels: { instance: "app", monitoring: "m" },
      backoff_config: { min_period: "500ms", max_period: "5s", max_retries: 0 },
    });
    expect(alloy).toContain('url = sys.env("LOG_AGENT_LOKI_URL")');
    expect(alloy).toContain('external_labels = { "instance" = "app", "monitoring" = "m" }');
    expect(alloy).toContain("max_backoff_retries = 0");
  });

  test("have the same stages in the same order", () => {
    const kinds = (stages: object[]): string[] =>
      stages.flatMap((stage) =>
        Object.entries(stage).flatMap(([name, { stages: inner = [] }]: [string, { stages?: object[] }]) => [
          name,
          ...kinds(inner),
        ]),
      );
    const rendered = [...alloy.matchAll(/^\s*stage\.([a-z_]+) \{/gm)].map(([, name = ""]) => name);
    const expected = promtail.scrape_configs.flatMap(({ pipeline_stages: stages }) => [...kinds(stages), "truncate"]);
    expect(rendered).toEqual(expected.map((name) => (name === "labeldrop" ? "label_drop" : name)));
  });

  test("have the same rules for the journal", () => {
    expect([...alloy.matchAll(/^\s*rule \{\n\s*source_labels/gm)]).toHaveLength(
      promtail.scrape_configs[1]?.relabel_configs?.length ?? 0,
    );
  });

  test("are well-formed for any sources", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
    const path = fc.stringMatching(/^\/srv\/[A-Za-z0-9 ${}'#:&*-]{1,20}x$/);
    const format = fc.constantFrom(...Object.values(LogFormat));
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 4 }), path, format, (names, file, of) => {
        const sources = names.map((each) => LogSource.files(each, { paths: [file], format: of, firstLine: '^"\\d#' }));
        const config = agentConfig({ instance: "app" }, sources);
        const { scrape_configs: scrapes } = parse(promtailConfig(config)) as typeof promtail;
        expect(JSON.stringify(scrapes).split(JSON.stringify('^"\\d#')).length - 1).toBe(names.length);
        expect(alloyConfig(config).split(JSON.stringify('^"\\d#')).length - 1).toBe(names.length);
        const targets = targetFiles(sources).flatMap(
          ({ content }) => parse(content) as { labels: { __path__: string } }[],
        );
        expect(targets.map(({ labels }) => labels.__path__)).toEqual(names.map(() => file));
      }),
      { numRuns: 25 },
    );
  });
});

describe("the journal", () => {
  /** Applies the rules to an entry as Prometheus' relabelling does. */
  function labels(fields: Record<string, string>): Record<string, string> | undefined {
    const found = { ...fields };
    for (const { sources, regex, target, replacement = "" } of journalRules([...BUILT_IN_SOURCES, ...SOURCES])) {
      const match = new RegExp(`^(?:${regex})$`).exec(sources.map((name) => found[name] ?? "").join(";"));
      if (target === undefined && !match) return undefined;
      if (target !== undefined && match)
        found[target] = replacement.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
    }
    return Object.fromEntries(Object.entries(found).filter(([name]) => !name.startsWith("__")));
  }

  test.each([
    [
      "sshd",
      { __journal_syslog_identifier: "sshd", __journal__uid: "0", __journal_priority_keyword: "info" },
      "audit",
      "info",
    ],
    ["sshd", { __journal_syslog_identifier: "sshd-session", __journal__uid: "0" }, "audit", undefined],
    [
      "sudo",
      { __journal_syslog_identifier: "sudo", __journal__uid: "1000", __journal_priority_keyword: "alert" },
      "audit",
      "critical",
    ],
    ["kernel", { __journal__transport: "kernel", __journal_priority_keyword: "error" }, "oom", "error"],
    ["api", { __journal__systemd_unit: "api@1.service", __journal_priority_keyword: "notice" }, "application", "info"],
  ])("labels entries of %s: %j", (job, fields, kind, level) => {
    expect(labels(fields)).toMatchObject({ job, kind, ...(level === undefined ? {} : { level }) });
  });

  test.each<Record<string, string>>([
    { __journal_syslog_identifier: "sshd", __journal__uid: "1000" },
    { __journal_syslog_identifier: "cron", __journal__uid: "0" },
    { __journal__systemd_unit: "apixservice" },
  ])("drops other entries, including those that a user forged: %j", (fields) => {
    expect(labels(fields)).toBeUndefined();
  });

  test("parses only formats that its sources have", () => {
    const parsers = journalPipeline(SOURCES).flatMap((stage) => (stage.type === "match" ? [stage.selector] : []));
    expect(parsers).toEqual(['{parser="logfmt"}']);
    expect(JSON.stringify(journalPipeline(SOURCES))).not.toContain('"timestamp"');
  });
});

describe("emittedLabels", () => {
  test("returns the labels that the pipelines set", () => {
    const emitted = emittedLabels(SOURCES);
    const of = (job: string, kind: string): string[] => {
      const found = emitted.find((each) => each.get("job")?.has(job) === true && each.get("kind")?.has(kind) === true);
      return [...(found?.keys() ?? [])];
    };
    expect(of("nginx", "access")).toEqual([
      "instance",
      "monitoring",
      "job",
      "kind",
      "filename",
      "method",
      "status_class",
    ]);
    expect(of("nginx", "error")).toEqual(["instance", "monitoring", "job", "kind", "filename", "level"]);
    expect(of("sshd", "audit")).toEqual(["instance", "monitoring", "job", "kind", "level"]);
    expect(of("api", "application")).toEqual(["instance", "monitoring", "job", "kind", "level"]);
  });

  test("matches pipelines that remove the label of the parser", () => {
    const last = (pipeline: ReturnType<typeof filePipeline>): unknown =>
      pipeline.find((stage) => stage.type === "label_drop");
    expect(last(filePipeline(SOURCES))).toEqual({ type: "label_drop", names: ["parser"] });
    expect(last(journalPipeline(SOURCES))).toEqual({ type: "label_drop", names: ["parser"] });
  });
});
