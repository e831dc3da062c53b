import { execFileSync } from "node:child_process";
import { exportCommands } from "../../../tools/cli/export-commands";
import { deploySettings } from "../../../tools/local/environment-file";

/** The environment after a shell has read export commands twice. */
function sourcedTwice(commands: string, environment: Record<string, string> = {}): Record<string, string> {
  const script = `${commands}${commands}exec /usr/bin/env -0`;
  const output = execFileSync("/bin/sh", ["-eu", "-c", script], { encoding: "utf8", env: environment });
  return Object.fromEntries(
    output
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

it("keeps the settings of an earlier call, and those of the user", () => {
  const user = {
    CDKTF_MONITORING_SOURCE: "/cache/source",
    LOG_AGENT: "promtail",
    COMMUNITY_DASHBOARDS: "false",
    LOCAL_PREFIX: "work",
    LOCAL_SUBNET: "198.18.16.0/20",
  };
  const other = {
    CDKTF_MONITORING_TRUST: "hub",
    CDKTF_MONITORING_TRANSFER: "other",
    EDITOR: "vi",
    SLACK_URL: "secret",
  };
  expect(deploySettings({ CHECKPOINT_DISABLE: "1" }, { ...user, ...other })).toEqual({
    ...user,
    CHECKPOINT_DISABLE: "1",
  });
});

it("prefers what the preparation found", () => {
  expect(deploySettings({ LOG_AGENT: "promtail" }, { LOG_AGENT: "alloy" })).toEqual({ LOG_AGENT: "promtail" });
});

it("writes values with quotes, spaces and dollar signs unchanged", () => {
  const values = { CDKTF_MONITORING_SOURCE: "/my work's ü/$HOME/`id`", LOG_AGENT: 'a "b"' };
  expect(sourcedTwice(exportCommands(values))).toMatchObject(values);
});

it("adds the folder of Ansible to PATH once, although the file is read several times", () => {
  const commands = exportCommands({ PATH: "/my cache's/bin:/usr/bin:/bin" });
  expect(sourcedTwice(commands, { PATH: "/own:/usr/bin" }).PATH).toBe("/my cache's/bin:/own:/usr/bin");
});
