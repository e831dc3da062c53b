import { homedir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../../tools/cli/project";

describe("cacheDirectory", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it.each([
    [{ CDKTF_MONITORING_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "/xdg/cdktf-monitoring"],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "" }, join(homedir(), ".cache", "cdktf-monitoring")],
  ])("with %j is %s", (environment, expected) => {
    Object.assign(process.env, environment);
    expect(cacheDirectory()).toBe(expected);
  });
});
