import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment } from "../cli/environment";
import { exportCommands } from "../cli/export-commands";
import { ensurePrivateDirectory } from "../cli/private-directory";

/**
 * Variables of the user that decide what a deploy of main.ts installs, and where. `CDKTF_MONITORING_TRANSFER`,
 * `CDKTF_MONITORING_TRUST` and `CDKTF_MONITORING_TRUST_DOWNLOADS` are for one deploy only.
 */
const SETTINGS =
  /^(CDKTF_MONITORING_(?!TRANSFER$|TRUST$|TRUST_DOWNLOADS$)|LOCAL_PREFIX$|LOCAL_SUBNET$|LOCAL_DEBIAN$|LOG_AGENT$|COMMUNITY_DASHBOARDS$)/;

/**
 * The settings with which a stack is deployed: those of the user, and those that the preparation of this machine found.
 *
 * @param prepared variables from the preparation
 */
export function deploySettings(prepared: Environment, user: Environment = process.env): Record<string, string> {
  const chosen = Object.entries(user).filter(([name, value]) => SETTINGS.test(name) && value !== "");
  return Object.fromEntries(
    [...chosen, ...Object.entries(prepared)].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Writes environment variables to a shell file, so that users can call cdktf directly.
 *
 * @returns the path of the file
 */
export function writeEnvironment(prepared: Environment): string {
  const path = join(ensurePrivateDirectory(), "env");
  writeFileSync(path, exportCommands(deploySettings(prepared)), { mode: 0o600 });
  return path;
}
