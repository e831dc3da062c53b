import { aclPaths } from "../../../lib/logs/acl-paths";
import { LogSource } from "../../../lib/logs/log-source";

function closed(...paths: string[]): unknown[] {
  return aclPaths([LogSource.files("a", { paths })]);
}

const NONE = { listed: "", passed: "", except: "" };

describe("paths that an agent must be let read", () => {
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
  ])("of %s are its folder, the folders on the way and the files", (path, expected) => {
    expect(closed(path)).toEqual([expected]);
  });

  test("have no alternatives, and each is there once", () => {
    expect(closed("/srv/{b/x,a}.log", "/srv/a.log", "/srv/{a,b/{x,x}}.log")).toEqual([
      { ...NONE, folder: "/srv", files: "a\\.log" },
      { ...NONE, folder: "/srv/b", files: "x\\.log" },
    ]);
  });

  test("are without what is left out, wherever that begins", () => {
    const source = LogSource.files("a", {
      paths: ["/home/app/*"],
      exclude: ["/home/app/{x,y}.key", "/home/other/a", "/home/*/z", "/home/**/*.pem", "/home/**/app/w"],
    });
    expect(aclPaths([source])).toMatchObject([{ except: "x\\.key|y\\.key|z|(.*/)?[^/]*\\.pem|(.*/)?app/w|w" }]);
  });

  test("are not those where the group adm may read, nor any of the journal", () => {
    expect(aclPaths([LogSource.nginx(), LogSource.apache(), LogSource.journal("a", { units: ["a.service"] })])).toEqual(
      [],
    );
  });

  test("are those of a web server that has them elsewhere", () => {
    expect(aclPaths([LogSource.apache({ accessLogs: ["/data/access.log"], errorLogs: [] })])).toEqual([
      { ...NONE, folder: "/data", files: "access\\.log" },
    ]);
  });
});
