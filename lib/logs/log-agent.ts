/**
 * The program that reads a server's logs and sends them to Loki.
 *
 * @example
 * new Monitoring(this, "monitoring", { technicians: ["203.0.113.7/32"], logAgent: LogAgent.alloy() });
 */
export class LogAgent {
  /** Uses Grafana Alloy, the default. */
  public static alloy(): LogAgent {
    return new LogAgent("alloy", "Grafana Alloy");
  }

  /**
   * Uses Promtail, which reached its end of life on 2026-03-02. After a switch to Alloy, Alloy continues at Promtail's
   * positions.
   */
  public static promtail(): LogAgent {
    return new LogAgent("promtail", "Promtail", "2026-03-02");
  }

  /**
   * Returns the agent with the given name, for example from an environment variable.
   *
   * @param program name of the program: "alloy" or "promtail"
   * @throws if no agent has this name
   */
  public static named(program: string): LogAgent {
    const found = [LogAgent.alloy(), LogAgent.promtail()].find((agent) => agent._program === program);
    if (found) return found;
    throw new Error(`"${program}" is not a log agent: use "alloy" or "promtail"`);
  }

  private constructor(
    /** @internal Name of the program and of its release archive. */
    public readonly _program: string,
    /** @internal Name in messages. */
    public readonly _title: string,
    /** @internal Day of the last update, as `2026-03-02`; undefined if the program is maintained. */
    public readonly _endOfLife?: string,
  ) {}
}
