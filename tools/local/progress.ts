import { DefaultRenderer, ListrTask, VerboseRenderer } from "listr2";
import { Log } from "../cli/process";
import { Step } from "./preparation";

/** State that the steps of a command share. */
export interface Context {
  /** Environment variables for cdktf, Terraform and the runs. */
  readonly environment: Record<string, string>;
}

/** A log that shows its lines as the output of a step. */
export function show(task: { output: string }): Log {
  return (line) => {
    task.output = line;
  };
}

/** A step that runs preparation steps concurrently and collects their environment variables. */
export function preparing<T extends Context>(
  steps: readonly Step[],
): ListrTask<T, typeof DefaultRenderer, typeof VerboseRenderer> {
  return {
    title: "Preparing this machine",
    task: (_, task) =>
      task.newListr(
        steps.map((step) => ({
          title: step.title,
          task: async ({ environment }: T, subtask: { output: string }) => {
            Object.assign(environment, await step.ensure(show(subtask)));
          },
        })),
        { concurrent: true },
      ),
  };
}

/** Options for Listr: the output of finished steps stays visible. */
export const progressOptions = {
  registerSignalListeners: false,
  fallbackRenderer: "verbose",
  rendererOptions: { collapseSubtasks: false },
  fallbackRendererOptions: { logTitleChange: false },
} as const;
