import { UserError } from "../cli/user-error";

/**
 * Handles Ctrl-C and SIGTERM. The first signal interrupts the current command, as a terminal would, so that this process can
 * clean up, for example destroy servers, before it ends. Further signals are ignored.
 */
export class Interruption {
  private seen = false;
  private group?: number;
  private readonly onSignal = (): void => {
    if (this.seen) return;
    this.seen = true;
    this.notify();
    if (this.group !== undefined) process.kill(-this.group, "SIGINT");
  };

  /** @param notify called once, at the first signal */
  public constructor(private readonly notify: () => void) {
    process.on("SIGINT", this.onSignal).on("SIGTERM", this.onSignal);
  }

  /** Sets the process group of the current command, or undefined after its end. */
  public track(group: number | undefined): void {
    this.group = group;
  }

  /** @throws UserError after a signal */
  public check(): void {
    if (this.seen) throw new UserError("interrupted");
  }

  /** Restores the default handling of signals. */
  public end(): void {
    process.off("SIGINT", this.onSignal).off("SIGTERM", this.onSignal);
  }
}
