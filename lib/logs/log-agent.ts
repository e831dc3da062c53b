/** The program that reads a server's logs and sends them to Loki. */
export class LogAgent {
  /** Grafana Alloy. */
  public static alloy(): LogAgent {
    return new LogAgent("alloy", "Grafana Alloy");
  }

  /** Promtail, whose end of life was 2026-03-02. A later change to Alloy goes on where Promtail was. */
  public static promtail(): LogAgent {
    return new LogAgent("promtail", "Promtail", "2026-03-02");
  }

  /**
   * The one of that name.
   *
   * @throws when there is none
   */
  public static named(program: string): LogAgent {
    const found = [LogAgent.alloy(), LogAgent.promtail()].find((agent) => agent._program === program);
    if (found) return found;
    throw new Error(`"${program}" is no log agent: known are alloy and promtail`);
  }

  private constructor(
    /** The program, and the name of its archive. */
    public readonly _program: string,
    /** What people call it. */
    public readonly _title: string,
    /**
     * The day of its last update, as `2026-03-02`.
     *
     * @default - it is maintained
     */
    public readonly _endOfLife?: string,
  ) {}
}
