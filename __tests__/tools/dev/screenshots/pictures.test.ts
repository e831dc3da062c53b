import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../../tools/cli/user-error";
import { README_DASHBOARDS } from "../../../../tools/dev/screenshots/options";
import {
  dashboardUrl,
  pictureName,
  selectDashboards,
  SIZE_LIMIT,
  sizeProblem,
} from "../../../../tools/dev/screenshots/pictures";
import { DASHBOARD_TITLES } from "../../../../lib/dashboards/uids";

const DASHBOARDS = Object.entries(DASHBOARD_TITLES).map(([uid, title]) => ({ uid, title }));

describe("pictureName", () => {
  it.each([
    ["Fleet", "fleet"],
    ["Application logs", "application-logs"],
    ["Node Exporter Full (v1.2)", "node-exporter-full-v1-2"],
  ])("names the picture of %j", (title, name) => {
    expect(pictureName({ title })).toBe(name);
  });
});

describe("selectDashboards", () => {
  it("finds the built-in dashboards of the README", () => {
    expect(selectDashboards(DASHBOARDS, README_DASHBOARDS).map(({ title }) => title)).toEqual([
      "Fleet",
      "Server",
      "Application logs",
    ]);
  });

  it("selects all dashboards by default", () => {
    expect(selectDashboards(DASHBOARDS)).toEqual(DASHBOARDS);
  });

  it("lists the known names if a name is unknown", () => {
    const select = () => selectDashboards(DASHBOARDS.slice(0, 2), ["flet"]);
    expect(select).toThrow(UserError);
    expect(select).toThrow('unknown dashboard "flet": use fleet, server or all');
  });
});

describe("dashboardUrl", () => {
  const login = { url: "http://127.0.0.1:3000", user: "admin", password: "secret" };

  it("keeps the time range of the dashboard", () => {
    expect(dashboardUrl(login, "a/b")).toBe("http://127.0.0.1:3000/d/a%2Fb?orgId=1&theme=dark");
  });

  it("sets a time range in minutes", () => {
    expect(dashboardUrl(login, "fleet", 15)).toBe(
      "http://127.0.0.1:3000/d/fleet?orgId=1&theme=dark&from=now-15m&to=now",
    );
  });
});

describe("sizeProblem", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-test-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    [SIZE_LIMIT * 1024, undefined],
    [SIZE_LIMIT * 1024 + 1, "fleet.png has 301 KiB, but the limit is 300 KiB: use a smaller --width"],
  ])("of a picture of %i bytes is %j", (size, problem) => {
    const file = join(folder, "fleet.png");
    writeFileSync(file, Buffer.alloc(size));
    expect(sizeProblem(file)).toBe(problem);
  });
});
