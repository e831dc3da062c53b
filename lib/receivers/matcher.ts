import { labelNameProblem } from "../names";
import { expressionProblem } from "./regular-expression";
import { isPrintable } from "./printable";

/** What an alert's label must be like. Alerts that lack the label have it empty. */
export class Matcher {
  /** The label is `value`. @throws when the label's name or value is malformed */
  public static is(label: string, value: string): Matcher {
    return new Matcher(label, "=", value);
  }

  /** The label is not `value`. @throws when the label's name or value is malformed */
  public static isNot(label: string, value: string): Matcher {
    return new Matcher(label, "!=", value);
  }

  /** The whole label matches a regular expression (RE2). @throws when the label's name or the expression is malformed */
  public static matches(label: string, expression: string): Matcher {
    return new Matcher(label, "=~", expression);
  }

  /** The whole label does not match a regular expression (RE2). @throws when the label's name or the expression is malformed */
  public static matchesNot(label: string, expression: string): Matcher {
    return new Matcher(label, "!~", expression);
  }

  private constructor(
    /** The label's name. */
    public readonly label: string,
    /** `=`, `!=`, `=~` or `!~`. */
    public readonly operator: string,
    /** What the label is compared with. */
    public readonly value: string,
  ) {
    const found =
      labelNameProblem(label) ?? valueProblem(value) ?? (operator.includes("~") ? expressionProblem(value) : undefined);
    if (found !== undefined) throw new Error(`matcher ${this.toString()}: ${found}`);
  }

  /** As Alertmanager's configuration has it. */
  public toString(): string {
    return `${this.label}${this.operator}"${this.value.replace(/["\\]/g, "\\$&")}"`;
  }
}

function valueProblem(value: string): string | undefined {
  return isPrintable(value) ? undefined : "the value holds characters that cannot be seen";
}
