import { join } from "node:path";
import { run, type Log } from "../cli/process";
import { projectRoot } from "../cli/project";
import { ansibleEnvironment } from "../cli/python";
import { UserError } from "../cli/user-error";
import { obtainArtifacts } from "./artifacts";
import { obtainDashboards } from "./dashboards";
import { ensureEngine } from "./engine";
import { ensureTerraform } from "./terraform";

/** A step that prepares this machine. */
export interface Step {
  readonly title: string;
  /**
   * Runs the step.
   *
   * @returns environment variables for cdktf, Terraform and the runs
   */
  ensure(log: Log): Promise<Readonly<Record<string, string>>>;
}

/** Finds Terraform and its providers. */
export const terraformStep: Step = {
  title: "Terraform and its providers",
  ensure: async (log) => (await ensureTerraform(log)).environment,
};

/** Installs Ansible into a Python virtual environment. */
export const ansibleStep: Step = {
  title: "Ansible",
  ensure: ansibleEnvironment,
};

/** Finds or starts a Docker engine, and builds the image of the local servers. */
export const engineStep: Step = {
  title: "Docker engine and server image",
  ensure: async (log) => {
    const { dockerHost } = await ensureEngine(log);
    const environment: Record<string, string> = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
    const script = join(projectRoot, "constructs", "servers", "local", "scripts", "containers.py");
    const { LOCAL_DEBIAN: release } = process.env;
    const image = await run("python3", [script, "image", ...(release === undefined ? [] : [release])], {
      environment,
      log,
    });
    if (image.code !== 0) throw new UserError(`cannot build the image of the local servers:\n${image.stderr.trim()}`);
    return environment;
  },
};

/** Fetches the release archives, or builds them from source if the release sites are unreachable. */
export const artifactsStep: Step = {
  title: "Release archives",
  ensure: obtainArtifacts,
};

/** Fetches the dashboards of grafana.com, or leaves them out if grafana.com is unreachable. */
export const dashboardsStep: Step = {
  title: "Dashboards of grafana.com",
  ensure: obtainDashboards,
};

/** The steps that the stack `local` needs. */
export const localSteps: readonly Step[] = [terraformStep, ansibleStep, engineStep, artifactsStep, dashboardsStep];
