import { FRAMEWORK, PROGRAM } from "../command";
import { ServerKind, stackFile } from "./stacks";
import { projectPackages } from "./versions";

/** Files that a project must not commit: see "What to commit" in docs/guides/own-project.md. */
export const IGNORED: readonly string[] = ["node_modules/", "cdktf.out/", ".cdktf-monitoring/", "terraform.*.tfstate*"];

/** The script `test` that "npm init" writes. */
const NO_TEST = 'echo "Error: no test specified" && exit 1';

/** Returns the files of a new project by their path, without `package.json` and `.gitignore`, which the project may have. */
export function projectFiles(kind: ServerKind): Readonly<Record<string, string>> {
  return {
    "cdktf.json": json({ language: "typescript", app: "node --import tsx main.ts", sendCrashReports: "false" }),
    "tsconfig.json": json({
      compilerOptions: {
        target: "ES2022",
        module: "node16",
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ["node", "jest"],
      },
    }),
    "main.ts": `import { App } from "${FRAMEWORK}";
import { MonitoringStack } from "./monitoring-stack";

const app = new App();
new MonitoringStack(app, "${kind}");
app.synth();
`,
    "monitoring-stack.ts": stackFile(kind),
    "__tests__/monitoring-stack.test.ts": `import { Testing } from "${FRAMEWORK}";
import { MonitoringStack } from "../monitoring-stack";

interface Synthesized {
  readonly resource: { readonly null_resource: Readonly<Record<string, unknown>> };
}

test("installs each component by a run of its own", () => {
  const stack = new MonitoringStack(Testing.app(), "${kind}");
  const { resource } = JSON.parse(Testing.synth(stack)) as Synthesized;
  const runs = Object.keys(resource.null_resource).join(" ");
  for (const component of ["prometheus", "alertmanager", "grafana", "loki", "node_exporter", "log_agent"])
    expect(runs).toContain(\`monitoring_\${component}_\`);
});
`,
    "README.md": readme(kind),
  };
}

/** Returns `package.json` with the packages and scripts of a new project. What it already contains stays. */
export function mergedPackage(
  present: Readonly<Record<string, unknown>>,
  kind: ServerKind,
  ownVersion: string,
): Readonly<Record<string, unknown>> {
  const { dependencies, devDependencies } = projectPackages(kind === "aws");
  const own = { [`${FRAMEWORK}-monitoring`]: ownVersion };
  const of = (name: string): Readonly<Record<string, unknown>> => (present[name] ?? {}) as Record<string, unknown>;
  const installed = { ...of("dependencies"), ...of("devDependencies") };
  const missing = (packages: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => !(name in installed)));
  const { test, ...scripts } = of("scripts");
  return {
    name: "monitoring",
    private: true,
    ...present,
    scripts: { types: "tsc", ...scripts, test: test === undefined || test === NO_TEST ? "jest" : test },
    dependencies: sorted({ ...of("dependencies"), ...missing({ ...own, ...dependencies }) }),
    devDependencies: sorted({ ...of("devDependencies"), ...missing(devDependencies) }),
    jest: present.jest ?? { transform: { "^.+\\.ts$": "@swc/jest" } },
  };
}

/** Returns `.gitignore` with the files that a project must not commit. What it already contains stays. */
export function mergedIgnores(present: string): string {
  const lines = present.split("\n").map((line) => line.trim());
  const missing = IGNORED.filter((line) => !lines.includes(line));
  return [present.trimEnd(), ...missing].filter((line) => line !== "").join("\n") + "\n";
}

function readme(kind: ServerKind): string {
  const before: Readonly<Record<ServerKind, string>> = {
    local: "The servers are containers on this machine, for which Docker must run.",
    existing:
      "Before you deploy, replace the addresses in `monitoring-stack.ts` by those of your servers and of yourself.",
    aws: "Before you deploy, replace the region, the key pair and your address in `monitoring-stack.ts`, and set the credentials of AWS.",
  };
  const option = kind === "local" ? "" : ` --stack ${kind}`;
  return `# Monitoring

Two servers with Prometheus, Alertmanager, Grafana and Loki. ${before[kind]}

\`\`\`sh
npm install
npm test                                 # checks the stack without deploying it
eval "$(${PROGRAM} env)"   # creates a Python environment with Ansible once, and adds it to this shell
npx ${FRAMEWORK} deploy
${PROGRAM} verify${option}
\`\`\`

\`npx ${FRAMEWORK} destroy\` removes everything.
`;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function sorted(packages: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
}
