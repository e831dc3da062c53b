import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../cli/project";
import { UserError } from "../../cli/user-error";

/** The dashboards in the README, as the names of their pictures. */
export const README_DASHBOARDS: readonly string[] = ["fleet", "server", "application-logs"];

/** The options of the command line. */
export interface Options {
  readonly help: boolean;
  /** Names of the dashboards, as in {@link pictureName}. Undefined for all dashboards. */
  readonly dashboards?: readonly string[];
  /** Folder for the pictures. */
  readonly output: string;
  /** Width of the browser window in pixels. */
  readonly width: number;
  /** Whether a picture shows the whole dashboard. If false, it shows the part that fits on a screen. */
  readonly full: boolean;
  /** Duration of the traffic in minutes. Zero: no traffic. */
  readonly minutes: number;
  /** Home folder of a Grafana with a web UI. @default - the deployed Grafana */
  readonly grafana?: string;
}

/**
 * Parses the command line.
 *
 * @throws UserError if an argument is invalid
 */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h", default: false },
      dashboards: { type: "string", default: README_DASHBOARDS.join(",") },
      output: { type: "string", default: join(projectRoot, "docs", "images") },
      width: { type: "string", default: "1366" },
      full: { type: "boolean", default: false },
      minutes: { type: "string", default: "15" },
      grafana: { type: "string", default: environment.GRAFANA_HOME ?? "" },
    },
  });
  return {
    help: values.help,
    ...(values.dashboards === "all" ? {} : { dashboards: parseNames(values.dashboards) }),
    output: resolve(values.output),
    width: wholeNumber("--width", values.width, 320, 7680),
    full: values.full,
    minutes: wholeNumber("--minutes", values.minutes, 0, 24 * 60),
    ...(values.grafana === "" ? {} : { grafana: resolve(values.grafana) }),
  };
}

function parseNames(list: string): readonly string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new UserError(`--dashboards: "${list}" contains an empty name: use a list such as fleet,server, or all`);
  return [...new Set(names)];
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UserError(`${option}: "${text}" is not a whole number from ${min} to ${max}`);
}
