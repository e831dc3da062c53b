import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DownloadedModule } from "./go";

/**
 * The version of a module's programs: what its file `VERSION` says. Where that is missing, what its `package.json` says,
 * which names the next version to come, with the day that the module is of; else that of the module.
 */
export function moduleVersion({ directory, version, time }: DownloadedModule): string {
  const file = join(directory, "VERSION");
  if (existsSync(file)) {
    return readFileSync(file, "utf8").trim();
  }
  const manifest = join(directory, "package.json");
  if (!existsSync(manifest)) {
    return version.replace(/^v/, "");
  }
  const next = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return `${next.version}.${time.toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/** What makes `--version` and the metric `*_build_info` tell what this is: the version, and that it is not upstream's build. */
export function stampFlags(module: string, version: string, downloaded: DownloadedModule): string[] {
  const revision = `${module}@${downloaded.version}`;
  const values =
    module === "github.com/grafana/grafana"
      ? {
          "main.version": version,
          "main.commit": revision,
          "main.buildBranch": "source",
          "main.buildstamp": String(downloaded.time.getTime() / 1000),
        }
      : prefixed(module === LOKI ? `${LOKI}/pkg/util/build.` : "github.com/prometheus/common/version.", {
          Version: version,
          Revision: revision,
          Branch: "source",
          BuildUser: "cdktf-monitoring",
          BuildDate: buildDate(downloaded.time),
        });
  return Object.entries(values).map(([name, value]) => `-X ${name}=${value}`);
}

/** It hands on to the package that all others use what is in one of its own. */
const LOKI = "github.com/grafana/loki/v3";

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

/** A time as promu writes it: `20260925-07:25:38`. The module's, not ours, so that two builds are alike. */
function buildDate(time: Date): string {
  return time.toISOString().replace(/-/g, "").replace("T", "-").replace(/\..*$/, "");
}
