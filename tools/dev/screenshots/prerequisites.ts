import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../../cli/user-error";

/** Names of Chromium and Chrome, in the order in which they are searched on the PATH. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A program that is not on this machine, so that no pictures can be made. */
export class Missing extends Error {}

/**
 * Returns the path of Chromium: `$CHROMIUM`, or the first browser on the PATH.
 *
 * @throws Missing if there is no browser
 * @throws UserError if `$CHROMIUM` is not a program
 */
export function findChromium(environment: NodeJS.ProcessEnv): string {
  const { CHROMIUM: configured = "", PATH: path = "" } = environment;
  if (configured !== "") {
    if (isProgram(configured)) return configured;
    throw new UserError(`CHROMIUM: "${configured}" is not a program: set it to the path of Chromium or Chrome`);
  }
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const found = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found !== undefined) return found;
  throw new Missing(
    'no Chromium is on the PATH: install it (Debian: "apt-get install chromium"), or set CHROMIUM to the path of Chromium or Chrome',
  );
}

/**
 * Checks the home folder of a Grafana.
 *
 * @throws UserError if the folder lacks the server or the built web UI
 */
export function checkHome(home: string): void {
  const lacking = [
    ...(isProgram(join(home, "bin", "grafana")) ? [] : ["bin/grafana"]),
    ...(existsSync(join(home, "public", "build")) ? [] : ["public/build"]),
  ];
  if (lacking.length > 0)
    throw new UserError(
      `the Grafana home "${home}" lacks ${lacking.join(" and ")}: use the folder of an extracted Grafana release`,
    );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
