import { LogAgent } from "../../../lib/logs/log-agent";
import { LogFormat } from "../../../lib/logs/log-format";
import { LogSource } from "../../../lib/logs/log-source";
import { targetFiles } from "../../../lib/logs/target-files";

describe("a log source", () => {
  test.each([
    ["Shop", { paths: ["/srv/a.log"] }, /"Shop" cannot be a log source's name: use lower-case letters/],
    ["shop", { paths: [] }, /the log source "shop" has no paths: name at least one/],
    ["shop", { paths: ["srv/a.log"] }, /the log source "shop": the path "srv\/a.log" is not absolute/],
    ["shop", { paths: ["/srv/../etc/a.log"] }, /has "\.\." in it/],
    ["shop", { paths: ["/srv/logs/"] }, /is a folder: name files, such as with a final \*\.log/],
    ["shop", { paths: ["/*/a.log"] }, /has a pattern right below the root: name a folder/],
    ["shop", { paths: ['/srv/a".log'] }, /has a character that none of a log may have/],
    ["shop", { paths: ["/srv/a.log"], exclude: ["b.log"] }, /the path "b.log" is not absolute/],
    ["shop", { paths: ["/srv/a.log"], kind: "Audit" }, /the kind "Audit" has other than lower-case letters/],
    [
      "shop",
      { paths: ["/srv/a.log"], firstLine: "^(?!x)" },
      /is not a regular expression of RE2: it has no look-around/,
    ],
    ["shop", { paths: ["/srv/a.log"], firstLine: "(" }, /firstLine "\(" is not a regular expression of RE2/],
  ])("of files is refused with words: %s %j", (name, logs, problem) => {
    expect(() => LogSource.files(name, logs)).toThrow(problem);
  });

  test("of the journal is refused with words", () => {
    expect(() => LogSource.journal("shop", { units: [] })).toThrow('the log source "shop" has no units');
    expect(() => LogSource.journal("shop", { units: ["shop"] })).toThrow(
      '"shop" is not the name of a unit, such as "myapp.service"',
    );
  });
});

describe("drop-ins", () => {
  test("have a file a source, and an entry a path", () => {
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

  test("join several paths that are left out", () => {
    const [file] = targetFiles([
      LogSource.files("a", { paths: ["/srv/*.log"], exclude: ["/srv/b.log", "/srv/c.log"] }),
    ]);
    expect(file?.content).toContain('__path_exclude__: "{/srv/b.log,/srv/c.log}"');
  });

  test("a web server may have its files elsewhere, or no errors", () => {
    const [file] = targetFiles([LogSource.apache({ name: "intranet", accessLogs: ["/srv/a.log"], errorLogs: [] })]);
    expect(file?.path).toBe("targets/intranet.yml");
    expect(file?.content).toContain("__path__: /srv/a.log\n    job: intranet\n");
    expect(file?.content).not.toContain("error");
  });
});

describe("log agents", () => {
  test("are known by name", () => {
    expect(LogAgent.named("alloy")).toEqual(LogAgent.alloy());
    expect(LogAgent.named("promtail")._endOfLife).toBe("2026-03-02");
    expect(() => LogAgent.named("fluentd")).toThrow('"fluentd" is no log agent: known are alloy and promtail');
  });
});
