import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ArtifactRequest, Artifacts } from "../../lib/artifacts";
import { filesHash, GeneratedFile } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { cacheFolder } from "../../tools/cli/project";
import { RunResult } from "../../tools/cli/process";
import { architecture, Lab, plainRun, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-rollback", "198.19.208.0/20", ["one"]);
const folder = mkdtempSync(join(tmpdir(), "e2e-rollback-"));
const on = (command: string): string => lab.on("one", command);

/** Version of the broken releases. */
const BROKEN = "0.0.1";

/** The input of a run. */
interface Input {
  readonly variables: Variables;
  readonly files?: readonly GeneratedFile[];
}

/** A configuration that the checker of the component accepts, and the component does not. */
interface Mistake extends Input {
  /** Commands that change the server before the run and after it. */
  readonly before?: string;
  readonly after?: string;
  readonly message: RegExp;
}

interface Case {
  readonly kind: string;
  readonly artifact?: string;
  /** Programs of the release archive. */
  readonly programs: readonly string[];
  readonly good: Input;
  /** Mistakes by name. */
  readonly mistakes: Readonly<Record<string, Mistake>>;
}

const RULES = (alert: string): string => `groups: [{name: g, rules: [{alert: ${alert}, expr: vector(1)}]}]\n`;
const ROUTES = "templates: [templates/*.tmpl]\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
const PROMTAIL = (
  grpcPort: number,
): string => `server: {log_level: warn, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpcPort}}
positions: {filename: /var/lib/monitoring/log_agent/positions.yml}
scrape_configs: []
`;
const PROMETHEUS: Variables = { prometheus_retention_time: "15d", prometheus_port: 9090 };
const LOG_AGENT: Variables = {
  log_agent_program: "promtail",
  log_agent_lokis: [{ address: "127.0.0.1", port: 3100 }],
  log_agent_sources: [],
};
/** Lets a service read no new file in a folder, as the access rules of a hardened server may. */
const unreadable = (kind: string, path: string): Pick<Mistake, "before" | "after"> => ({
  before: `setfacl --default --modify user:${kind}:--- ${path}`,
  after: `setfacl --remove-default ${path}`,
});

/** Another program listens on port 9111. */
const BUSY_PORT = {
  before:
    "systemd-run --quiet --unit=squatter --service-type=exec python3 -m http.server --bind 127.0.0.1 9111; sleep 1",
  after: "systemctl stop squatter",
};

const CASES: readonly Case[] = [
  {
    kind: "node_exporter",
    programs: ["node_exporter"],
    good: { variables: {} },
    mistakes: {
      "a wrong flag": { variables: { node_exporter_extra_flags: ["--no-such-flag"] }, message: /does not stay up/ },
      "a setting that only fails at run time": {
        variables: { node_exporter_extra_flags: ["--collector.filesystem.mount-points-exclude=("] },
        message: /does not stay up/,
      },
    },
  },
  {
    kind: "prometheus",
    programs: ["prometheus", "promtool"],
    good: { variables: PROMETHEUS, files: [{ path: "rules/own.yml", content: RULES("A") }] },
    mistakes: {
      "a wrong flag": {
        variables: { ...PROMETHEUS, prometheus_extra_flags: ["--no-such-flag"] },
        message: /does not stay up/,
      },
      "a setting that only fails at run time": {
        variables: PROMETHEUS,
        files: [{ path: "rules/other.yml", content: RULES("B") }],
        ...unreadable("prometheus", "/etc/prometheus/rules"),
        message: /prometheus\.service rejects its configuration/,
      },
    },
  },
  {
    kind: "alertmanager",
    programs: ["alertmanager", "amtool"],
    good: { variables: {}, files: [{ path: "alertmanager.yml", content: ROUTES }] },
    mistakes: {
      "a wrong flag": { variables: { alertmanager_extra_flags: ["--no-such-flag"] }, message: /does not stay up/ },
      "a setting that only fails at run time": {
        variables: {},
        files: [
          { path: "alertmanager.yml", content: ROUTES },
          { path: "templates/own.tmpl", content: '{{ define "own" }}{{ end }}' },
        ],
        ...unreadable("alertmanager", "/etc/alertmanager/templates"),
        message: /alertmanager\.service rejects its configuration/,
      },
    },
  },
  {
    kind: "loki",
    programs: ["loki"],
    good: { variables: {} },
    mistakes: {
      "a flag that only fails at run time": {
        variables: { loki_extra_flags: ["-compactor.working-directory=/proc/none"] },
        message: /does not stay up/,
      },
      "a setting that only fails at run time": {
        variables: { loki_grpc_port: 9111 },
        ...BUSY_PORT,
        message: /does not stay up/,
      },
    },
  },
  {
    kind: "log_agent",
    artifact: "promtail",
    programs: ["promtail"],
    good: { variables: LOG_AGENT, files: [{ path: "promtail.yml", content: PROMTAIL(0) }] },
    mistakes: {
      "a setting that only fails at run time": {
        variables: LOG_AGENT,
        files: [{ path: "promtail.yml", content: PROMTAIL(9111) }],
        ...BUSY_PORT,
        message: /does not stay up/,
      },
    },
  },
  {
    kind: "grafana",
    programs: ["bin/grafana"],
    good: { variables: {} },
    mistakes: {
      "a setting that only fails at run time": {
        variables: { grafana_settings: { "auth.jwt": { enabled: "true", key_file: "/nonexistent" } } },
        message: /does not stay up/,
      },
    },
  },
];

/** Returns a release archive whose programs pass as checkers of a configuration, but do not run. */
function brokenRelease(artifact: string, programs: readonly string[]): ArtifactRequest {
  const root = mkdtempSync(join(folder, "release-"));
  const program =
    '#!/bin/sh\ncase "$0 $*" in *tool\\ *|*-verify-config*|*-check-syntax*|*\\ cli\\ *) exit 0 ;; esac\necho broken >&2\nexit 3\n';
  for (const path of programs) {
    const file = join(root, `${artifact}-${BROKEN}`, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, program);
    chmodSync(file, 0o755);
  }
  const zip = artifact === "promtail";
  const file = join(root, `${artifact}.${zip ? "zip" : "tar.gz"}`);
  const pack = zip
    ? ["python3", "-m", "zipfile", "--create", file, join(root, `${artifact}-${BROKEN}`, "promtail")]
    : ["tar", "--create", "--gzip", "--file", file, "--directory", root, `${artifact}-${BROKEN}`];
  execFileSync(pack[0] ?? "", pack.slice(1));
  return {
    name: artifact,
    version: BROKEN,
    architecture,
    file: file.slice(root.length + 1),
    url: `file://${file}`,
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    channel: "release",
  };
}

function componentRun(kind: string, artifact: ArtifactRequest, variables: Variables): InventoryRun {
  const host = { ...variables, [`${kind}_version`]: artifact.version };
  return { ...plainRun(kind, { one: host }), component: true, artifacts: [artifact] };
}

async function play({ kind, artifact = kind, good }: Case, input: Input, broken?: ArtifactRequest): Promise<RunResult> {
  const { variables, files = good.files ?? [] } = input;
  const generated = mkdtempSync(join(folder, "run-"));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(generated, "one", path)), { recursive: true });
    writeFileSync(join(generated, "one", path), content);
  }
  const all = files.length === 0 ? variables : { ...variables, monitoring_files_sha256: filesHash(files) };
  const release = broken ?? Artifacts.fromEnvironment()._request(artifact, architecture);
  return lab.play(kind, [componentRun(kind, release, all)], "--files", generated);
}

/** Describes the files of a component with their contents, owners, modes and access rules. */
const files = (kind: string): string =>
  on(`for file in $(find /etc/${kind} /etc/systemd/system/${kind}.service /opt/cdktf-monitoring/${kind} ! -type d 2>/dev/null | sort); do
    stat -c '%N %U %G %a' $file; getfacl --absolute-names --omit-header $file 2>/dev/null; sha256sum < $file 2>/dev/null
  done; systemctl is-enabled ${kind}`);

/** Returns the version of the release that runs, from the program of the unit's process. */
const runningVersion = (kind: string): string =>
  on(`systemctl is-active --quiet ${kind}; pid=$(systemctl show --property=MainPID --value ${kind})
    readlink /opt/cdktf-monitoring/${kind}; tr '\\0' ' ' < /proc/$pid/cmdline`);

beforeAll(async () => {
  await lab.create();
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
  for (const { kind, artifact = kind } of CASES)
    rmSync(cacheFolder(`artifacts/${artifact}/${BROKEN}`), { recursive: true, force: true });
}, RUN_TIMEOUT);

const [exporter] = CASES as [Case];

test(
  "stops and disables a service that was never installed before",
  async () => {
    const { code, stdout } = await play(exporter, { variables: { node_exporter_extra_flags: ["--no-such-flag"] } });
    expect(code).not.toBe(0);
    expect(stdout).toContain("There is no earlier installation to go back to: node_exporter was stopped and disabled.");
    expect(on("systemctl is-enabled node_exporter; systemctl is-active node_exporter; true")).toBe(
      "disabled\ninactive",
    );
  },
  2 * RUN_TIMEOUT,
);

describe.each(CASES)("$kind", (component) => {
  const { kind, artifact = kind, programs, good, mistakes } = component;
  let before: { readonly files: string; readonly version: string };

  beforeAll(async () => {
    const { code, stdout } = await play(component, good);
    if (code !== 0) throw new Error(stdout);
    before = { files: files(kind), version: runningVersion(kind) };
  }, 2 * RUN_TIMEOUT);

  const expectRollback = async (input: Input, message: RegExp, broken?: ArtifactRequest): Promise<void> => {
    const { code, stdout } = await play(component, input, broken);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(/The previous release \S+ and its configuration run again\./);
    expect({ files: files(kind), version: runningVersion(kind) }).toEqual(before);
  };

  test.each(Object.entries(mistakes))(
    "goes back after %s",
    async (_, mistake) => {
      if (mistake.before !== undefined) on(mistake.before);
      try {
        await expectRollback(mistake, mistake.message);
      } finally {
        if (mistake.after !== undefined) on(mistake.after);
      }
    },
    2 * RUN_TIMEOUT,
  );

  test(
    "goes back after a broken release",
    async () => {
      await expectRollback(good, /does not stay up|control process exited/, brokenRelease(artifact, programs));
    },
    2 * RUN_TIMEOUT,
  );

  test(
    "is repeated by the next deploy, which succeeds and changes nothing more",
    async () => {
      expect((await play(component, good)).code).toBe(0);
      expect({ files: files(kind), version: runningVersion(kind) }).toEqual(before);
      expect(
        on(`ls -d /etc/cdktf-monitoring/previous/${kind} /opt/cdktf-monitoring/${kind}-${BROKEN} 2>/dev/null || true`),
      ).toBe("");
      const { code, stdout } = await play(component, good);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("unchanged") as string });
    },
    2 * RUN_TIMEOUT,
  );
});
