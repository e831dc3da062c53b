import { DefaultRenderer, ListrTask, VerboseRenderer } from "listr2";
import { Log } from "../cli/common";
import { Step } from "./preparation";

/** What steps hand on to those that follow. */
export interface Context {
  /** The environment of cdktf, Terraform and the runs. */
  readonly environment: Record<string, string>;
}

/** What a task says as it goes. */
export function show(task: { output: string }): Log {
  return (line) => {
    task.output = line;
  };
}

/** The step that makes sure of what others need, all at the same time. */
export function preparing<T extends Context>(
  steps: readonly Step[],
): ListrTask<T, typeof DefaultRenderer, typeof VerboseRenderer> {
  return {
    title: "Preparing this machine",
    task: (_, task) =>
      task.newListr(
        steps.map((step) => ({
          title: step.title,
          task: async ({ environment }: T, own: { output: string }) => {
            Object.assign(environment, await step.ensure(show(own)));
          },
        })),
        { concurrent: true },
      ),
  };
}

/** How progress is drawn: all of it stays to be read. */
export const progressOptions = {
  registerSignalListeners: false,
  fallbackRenderer: "verbose",
  rendererOptions: { collapseSubtasks: false },
  fallbackRendererOptions: { logTitleChange: false },
} as const;
