import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { obtainArtifacts } from "./artifacts";
import { ensureChecker } from "./checkers";
import { Log, privateDirectory, projectRoot, run, UserError } from "../cli/common";
import { obtainDashboards } from "./dashboards";
import { ensureEngine } from "./engine";
import { ansibleEnvironment, ensurePython } from "../cli/python";
import { ensureTerraform } from "./terraform";

/** A part of the preparation: what is made sure of, and what it adds to the environment of cdktf. */
export interface Step {
  readonly title: string;
  ensure(log: Log): Promise<Readonly<Record<string, string>>>;
}

/** What `cdktf` and Terraform need on this machine. */
export const terraformStep: Step = {
  title: "Terraform and its providers",
  ensure: async (log) => (await ensureTerraform(log)).environment,
};

/** What the runs need on this machine. */
export const ansibleStep: Step = {
  title: "Ansible",
  ensure: ansibleEnvironment,
};

/** A stand-in of EC2's API, for the tests of stacks on AWS. */
export const motoStep: Step = {
  title: "Moto, which stands for EC2",
  ensure: async (log) => ({ MOTO_SERVER: join(await ensurePython("requirements-test.txt", log), "moto_server") }),
};

/** What checks Prometheus' files, and tests its rules. */
export const promtoolStep: Step = {
  title: "promtool",
  ensure: async (log) => ({ PROMTOOL: process.env.PROMTOOL ?? (await ensureChecker("promtool", "prometheus", log)) }),
};

/** What checks Alertmanager's files. */
export const amtoolStep: Step = {
  title: "amtool",
  ensure: async (log) => ({ AMTOOL: process.env.AMTOOL ?? (await ensureChecker("amtool", "alertmanager", log)) }),
};

/** What reads log files, to see what becomes of their lines. */
export const promtailStep: Step = {
  title: "Promtail",
  ensure: async (log) => ({ PROMTAIL: process.env.PROMTAIL ?? (await ensureChecker("promtail", "promtail", log)) }),
};

/** What evaluates rules and queries of logs, to see what they find. */
export const lokiStep: Step = {
  title: "Loki",
  ensure: async (log) => ({ LOKI: process.env.LOKI ?? (await ensureChecker("loki", "loki", log)) }),
};

/** What local servers need on this machine. */
export const engineStep: Step = {
  title: "Docker engine and the servers' image",
  ensure: async (log) => {
    const { dockerHost } = await ensureEngine(log);
    const environment: Record<string, string> = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
    const script = join(projectRoot, "constructs", "servers", "local", "scripts", "containers.py");
    const image = await run("python3", [script, "image"], { environment, log });
    if (image.code !== 0) throw new UserError(`the servers' image could not be made:\n${image.stderr.trim()}`);
    return environment;
  },
};

/** The release archives, or where they cannot be had, the same built from source. */
export const artifactsStep: Step = {
  title: "Release archives",
  ensure: obtainArtifacts,
};

/** The dashboards of grafana.com, or that they are left out. */
export const dashboardsStep: Step = {
  title: "Dashboards of grafana.com",
  ensure: obtainDashboards,
};

/** All that the local stack needs on this machine. */
export const localSteps: readonly Step[] = [terraformStep, ansibleStep, engineStep, artifactsStep, dashboardsStep];

/**
 * Writes the environment to a file that a shell can read, for whoever wants to call cdktf without us.
 *
 * @returns the file's path
 */
export function writeEnvironment(environment: Readonly<Record<string, string>>): string {
  mkdirSync(privateDirectory, { recursive: true, mode: 0o700 });
  const path = join(privateDirectory, "env");
  const quoted = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  writeFileSync(path, quoted.join(""));
  return path;
}
