/** A pattern of metric names, such as `node_vmstat_*`. The character `*` stands for one or more characters. */
export class Pattern {
  private readonly expression: RegExp;

  public constructor(text: string) {
    this.expression = new RegExp(`^${text.replaceAll("*", "[a-zA-Z0-9_:*]+")}$`);
  }

  /** Whether a metric's name, or all names of another pattern, fit the pattern. */
  public matches(name: string): boolean {
    return this.expression.test(name);
  }
}
