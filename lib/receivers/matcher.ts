import { labelNameProblem } from "../names";
import { isPrintable } from "../printable";
import { expressionProblem } from "./regular-expression";

/**
 * A condition on a label of an alert, for routes and inhibitions. An alert without the label is treated as if the value
 * were empty.
 *
 * @example
 * const route: Route = { matchers: [Matcher.is("team", "database")], receiver: "database" };
 */
export class Matcher {
  /**
   * Matches alerts whose label has a value.
   *
   * @param label name of the label
   * @param value value of the label
   * @throws if the name or the value is malformed
   */
  public static is(label: string, value: string): Matcher {
    return new Matcher(label, "=", value);
  }

  /**
   * Matches alerts whose label does not have a value.
   *
   * @param label name of the label
   * @param value value of the label
   * @throws if the name or the value is malformed
   */
  public static isNot(label: string, value: string): Matcher {
    return new Matcher(label, "!=", value);
  }

  /**
   * Matches alerts for which a regular expression matches the whole value of the label.
   *
   * @param label name of the label
   * @param expression regular expression in RE2 syntax, limited to features that JavaScript also supports
   * @throws if the name or the expression is malformed
   */
  public static matches(label: string, expression: string): Matcher {
    return new Matcher(label, "=~", expression);
  }

  /**
   * Matches alerts for which a regular expression does not match the whole value of the label.
   *
   * @param label name of the label
   * @param expression regular expression in RE2 syntax, limited to features that JavaScript also supports
   * @throws if the name or the expression is malformed
   */
  public static matchesNot(label: string, expression: string): Matcher {
    return new Matcher(label, "!~", expression);
  }

  private constructor(
    private readonly label: string,
    private readonly operator: "=" | "!=" | "=~" | "!~",
    private readonly value: string,
  ) {
    const isExpression = operator.includes("~");
    const problem =
      labelNameProblem(label) ??
      textProblem(isExpression ? "expression" : "value", value) ??
      (isExpression ? expressionProblem(value) : undefined);
    if (problem !== undefined) throw new Error(`matcher ${this.toString()}: ${problem}`);
  }

  /** Returns the matcher in the syntax of Alertmanager's configuration. @internal */
  public toString(): string {
    return `${this.label}${this.operator}"${this.value.replace(/["\\]/g, "\\$&")}"`;
  }
}

function textProblem(name: string, text: string): string | undefined {
  return isPrintable(text) ? undefined : `the ${name} contains invisible characters: remove them`;
}
