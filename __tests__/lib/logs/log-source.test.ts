import { LogAgent } from "../../../lib/logs/log-agent";
import { LogFormat } from "../../../lib/logs/log-format";
import { LogSource } from "../../../lib/logs/log-source";
import { targetFiles } from "../../../lib/logs/target-files";

describe("LogSource", () => {
  test.each([
    ["Shop", { paths: ["/srv/a.log"] }, /log source "Shop": the name is invalid: use lower-case letters/],
    ["shop", { paths: [] }, /log source "shop": paths is empty: name at least one/],
    ["shop", { paths: ["srv/a.log"] }, /log source "shop": the path "srv\/a.log" is not absolute: begin it with "\/"/],
    ["shop", { paths: ["/srv/../etc/a.log"] }, /contains "\.\."/],
    ["shop", { paths: ["/srv/logs/"] }, /is a folder: add a file name or a pattern, such as "\*\.log"/],
    ["shop", { paths: ["/*/a.log"] }, /has a pattern directly below the root: begin it with a folder/],
    ["shop", { paths: ['/srv/a".log'] }, /contains a control character, a quote or a backslash/],
    ["shop", { paths: ["/srv/a.log"], exclude: ["b.log"] }, /the path "b.log" is not absolute/],
    ["shop", { paths: ["/srv/a.log"], kind: "Audit" }, /the kind "Audit" is invalid: use lower-case letters/],
    [
      "shop",
      { paths: ["/srv/a.log"], firstLine: "^(?!x)" },
      /is not a regular expression of RE2: RE2 has no look-around/,
    ],
    ["shop", { paths: ["/srv/a.log"], firstLine: "(" }, /firstLine "\(" is not a regular expression of RE2/],
  ])("rejects malformed files: %s %j", (name, logs, problem) => {
    expect(() => LogSource.files(name, logs)).toThrow(problem);
  });

  test("rejects malformed units of the journal", () => {
    expect(() => LogSource.journal("shop", { units: [] })).toThrow('log source "shop": units is empty');
    expect(() => LogSource.journal("shop", { units: ["shop"] })).toThrow(
      '"shop" is not the name of a systemd unit: use a name such as "myapp.service"',
    );
  });
});

describe("targetFiles", () => {
  test("renders one file per source, with one entry per path", () => {
    const files = targetFiles([
      LogSource.nginx(),
      LogSource.files("shop", { paths: ["/srv/shop/*.log"], exclude: ["/srv/shop/x.log"], format: LogFormat.JSON }),
      LogSource.journal("api", { units: ["api.service"] }),
    ]);
    expect(files.map(({ path }) => path)).toEqual(["targets/nginx.yml", "targets/shop.yml"]);
    expect(files[0]?.content).toContain(
      "- targets:\n    - localhost\n  labels:\n    __path__: /var/log/nginx/*access.log\n    job: nginx\n    kind: access\n    parser: access\n",
    );
    expect(files[0]?.content).toContain("__path__: /var/log/nginx/*error.log\n    job: nginx\n    kind: error\n");
    expect(files[1]?.content).toContain("__path_exclude__: /srv/shop/x.log\n    job: shop\n    kind: application\n");
  });

  test("joins several excluded paths", () => {
    const [file] = targetFiles([
      LogSource.files("a", { paths: ["/srv/*.log"], exclude: ["/srv/b.log", "/srv/c.log"] }),
    ]);
    expect(file?.content).toContain('__path_exclude__: "{/srv/b.log,/srv/c.log}"');
  });

  test("renders other paths of a web server, and no error logs", () => {
    const [file] = targetFiles([LogSource.apache({ name: "intranet", accessLogs: ["/srv/a.log"], errorLogs: [] })]);
    expect(file?.path).toBe("targets/intranet.yml");
    expect(file?.content).toContain("__path__: /srv/a.log\n    job: intranet\n");
    expect(file?.content).not.toContain("error");
  });
});

describe("LogAgent", () => {
  test("finds agents by name", () => {
    expect(LogAgent.named("alloy")).toEqual(LogAgent.alloy());
    expect(LogAgent.named("promtail")._endOfLife).toBe("2026-03-02");
    expect(() => LogAgent.named("fluentd")).toThrow('"fluentd" is not a log agent: use "alloy" or "promtail"');
  });
});
