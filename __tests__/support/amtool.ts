import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { templateFiles } from "../../lib/receivers/templates";

const program = process.env.AMTOOL;

/** A test that runs the real amtool; where there is none it is skipped, and says why. */
export const amtoolTest = (name: string, body: () => Promise<void>, seconds = 60): void => {
  if (program) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: there is no amtool; "npm test" says why)`, body);
};

/** What amtool said, and whether it was content. */
export interface Said {
  readonly content: boolean;
  readonly output: string;
}

/** A folder as Alertmanager's configuration has it: our templates, what the role adds, and configurations by their names. */
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
export async function amtool(cwd: string, ...args: readonly string[]): Promise<Said> {
  return new Promise((done) => {
    execFile(program ?? "amtool", args, { cwd }, (error, stdout, stderr) => {
      done({ content: error === null, output: `${stdout}${stderr}` });
    });
  });
}

/** What amtool finds wrong with configurations, or "". */
export async function configProblems(configs: readonly string[]): Promise<string> {
  const named = Object.fromEntries(configs.map((config, i) => [`${i}.yml`, config]));
  return inConfigFolder(named, async (folder) => {
    const { content, output } = await amtool(folder, "check-config", ...Object.keys(named));
    const failures = output.split("\n").filter((line) => line.includes("FAILED"));
    return content ? "" : failures.join("\n") || output;
  });
}

/** Who gets an alert of these labels by a configuration: names of receivers, in the order of the routes. */
export async function receiversOf(config: string, ...labels: readonly string[]): Promise<string[]> {
  return inConfigFolder({ "alertmanager.yml": config }, async (folder) => {
    const args = ["config", "routes", "test", "--config.file=alertmanager.yml", ...labels];
    const { content, output } = await amtool(folder, ...args);
    if (!content) throw new Error(output);
    return output.trim().split(",");
  });
}
