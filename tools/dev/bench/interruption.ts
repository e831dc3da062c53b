import { UserError } from "../../cli/common";

/**
 * Ctrl-C and SIGTERM while something is deployed: what is under way is told once, as by a terminal, and all that was
 * made is taken down before this process ends. Further signals change nothing.
 */
export class Interruption {
  private seen = false;
  private underWay?: number;
  private readonly onSignal = (): void => {
    if (this.seen) return;
    this.seen = true;
    this.say();
    if (this.underWay !== undefined) process.kill(-this.underWay, "SIGINT");
  };

  /** @param say tells a person that all will be taken down */
  public constructor(private readonly say: () => void) {
    process.on("SIGINT", this.onSignal).on("SIGTERM", this.onSignal);
  }

  /** Names the process group that is under way now; undefined when it has ended. */
  public track(group: number | undefined): void {
    this.underWay = group;
  }

  /** @throws UserError when a signal came */
  public check(): void {
    if (this.seen) throw new UserError("interrupted");
  }

  /** Gives the signals back. */
  public end(): void {
    process.off("SIGINT", this.onSignal).off("SIGTERM", this.onSignal);
  }
}
