import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DownloadedModule } from "./go";

/**
 * The version of a module's programs. It is the content of the file `VERSION`. Without that file, it is the version in
 * `package.json`, which is the next release, with the date of the module. Otherwise, it is the version of the module.
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

/** Linker flags for `--version` and the metric `*_build_info`: the version, and that this is not upstream's build. */
export function stampFlags(module: string, version: string, downloaded: DownloadedModule): string[] {
  // Caddy reads its version from the list of modules in its program.
  if (module === "github.com/caddyserver/caddy/v2") return [];
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

/** Loki has its own package for the build information. All other programs use the package of Prometheus. */
const LOKI = "github.com/grafana/loki/v3";

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

/** The time of the module in the format of promu, `20260925-07:25:38`. Not the current time, so that builds are reproducible. */
function buildDate(time: Date): string {
  return time.toISOString().replace(/-/g, "").replace("T", "-").replace(/\..*$/, "");
}
