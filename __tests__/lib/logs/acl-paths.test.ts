import { aclPaths } from "../../../lib/logs/acl-paths";
import { LogSource } from "../../../lib/logs/log-source";

function aclPathsOf(...paths: string[]): unknown[] {
  return aclPaths([LogSource.files("a", { paths })]);
}

const NONE = { listed: "", passed: "", except: "" };

describe("aclPaths", () => {
  test.each([
    ["/home/app/app.log", { ...NONE, folder: "/home/app", files: "app\\.log" }],
    ["/srv/*.log", { ...NONE, folder: "/srv", files: "[^/]*\\.log" }],
    [
      "/home/*/logs/a?[!b].log",
      { ...NONE, folder: "/home", listed: "[^/]*/logs", passed: "[^/]*", files: "[^/]*/logs/a[^/][^b]\\.log" },
    ],
    ["/srv/**/*.log", { ...NONE, folder: "/srv", listed: ".*", files: "(.*/)?[^/]*\\.log" }],
    ["/srv/**", { ...NONE, folder: "/srv", listed: ".*", files: ".*" }],
    [
      "/srv/*/a/**/b.log",
      {
        ...NONE,
        folder: "/srv",
        listed: "[^/]*/a|[^/]*/a/.*",
        passed: "[^/]*",
        files: "[^/]*/a/(.*/)?b\\.log",
      },
    ],
  ])("splits %s into its folder, the folders above the files, and the files", (path, expected) => {
    expect(aclPathsOf(path)).toEqual([expected]);
  });

  test("expands alternatives and returns each path once", () => {
    expect(aclPathsOf("/srv/{b/x,a}.log", "/srv/a.log", "/srv/{a,b/{x,x}}.log")).toEqual([
      { ...NONE, folder: "/srv", files: "a\\.log" },
      { ...NONE, folder: "/srv/b", files: "x\\.log" },
    ]);
  });

  test("translates excluded paths, also if they begin above the folder", () => {
    const source = LogSource.files("a", {
      paths: ["/home/app/*"],
      exclude: ["/home/app/{x,y}.key", "/home/other/a", "/home/*/z", "/home/**/*.pem", "/home/**/app/w"],
    });
    expect(aclPaths([source])).toMatchObject([{ except: "x\\.key|y\\.key|z|(.*/)?[^/]*\\.pem|(.*/)?app/w|w" }]);
  });

  test("leaves out files that the group adm can read, and the journal", () => {
    expect(aclPaths([LogSource.nginx(), LogSource.apache(), LogSource.journal("a", { units: ["a.service"] })])).toEqual(
      [],
    );
  });

  test("includes the files of a web server outside Debian's paths", () => {
    expect(aclPaths([LogSource.apache({ accessLogs: ["/data/access.log"], errorLogs: [] })])).toEqual([
      { ...NONE, folder: "/data", files: "access\\.log" },
    ]);
  });
});
