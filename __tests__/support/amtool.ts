import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { templateFiles } from "../../lib/receivers/template-files";

const program = process.env.AMTOOL;

/** A test that runs the real amtool. Without amtool it is skipped, and its name contains the reason. */
export const amtoolTest = (name: string, body: () => Promise<void>, seconds = 60): void => {
  if (program) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: no amtool; "npm test" shows the reason)`, body);
};

/** The result of an amtool run. */
export interface AmtoolResult {
  /** Whether amtool succeeded. */
  readonly ok: boolean;
  /** Output of amtool (stdout and stderr). */
  readonly output: string;
}

/**
 * Runs `action` in a temporary copy of Alertmanager's configuration folder: the built-in templates, the template that the
 * role adds, and `configs` by name.
 */
export async function inConfigFolder<T>(
  configs: Readonly<Record<string, string>>,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "amtool-"));
  const files = [
    ...templateFiles(),
    { path: "templates/links.tmpl", content: '{{ define "monitoring.grafana" }}http://grafana:3000{{ end }}' },
    ...Object.entries(configs).map(([path, content]) => ({ path, content })),
  ];
  try {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs amtool in a folder. */
export async function amtool(cwd: string, ...args: readonly string[]): Promise<AmtoolResult> {
  return new Promise((done) => {
    execFile(program ?? "amtool", args, { cwd }, (error, stdout, stderr) => {
      done({ ok: error === null, output: `${stdout}${stderr}` });
    });
  });
}

/** Returns amtool's errors about configurations, or "" if they are valid. */
export async function configProblems(configs: readonly string[]): Promise<string> {
  const named = Object.fromEntries(configs.map((config, i) => [`${i}.yml`, config]));
  return inConfigFolder(named, async (folder) => {
    const { ok, output } = await amtool(folder, "check-config", ...Object.keys(named));
    const failures = output.split("\n").filter((line) => line.includes("FAILED"));
    return ok ? "" : failures.join("\n") || output;
  });
}

/** Returns the names of the receivers that get an alert with these labels, in the order of the routes. */
export async function receiversOf(config: string, ...labels: readonly string[]): Promise<string[]> {
  return inConfigFolder({ "alertmanager.yml": config }, async (folder) => {
    const args = ["config", "routes", "test", "--config.file=alertmanager.yml", ...labels];
    const { ok, output } = await amtool(folder, ...args);
    if (!ok) throw new Error(output);
    return output.trim().split(",");
  });
}
