import { parser } from "@grafana/lezer-logql";
import type { SyntaxNode } from "@lezer/common";
import { withoutGrafanaVariables } from "../metrics/promql";
import { syntaxError, unquoted } from "../syntax-error";

/** What a query wants a label to be. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** The streams that a part of a query reads, and what it takes for granted of them. */
export interface StreamSelection {
  /** The selector as it is written. */
  readonly selector: string;
  /** What it wants of the streams' labels, all of it. */
  readonly matchers: readonly LabelMatcher[];
  /** What filters on labels want that no parser before them has extracted; not necessarily all of it. */
  readonly filters: readonly LabelMatcher[];
  /** Labels that the query reads after that and has not extracted: those after `by`, say. Sorted, each once. */
  readonly labels: readonly string[];
}

/**
 * The stream selections of a LogQL query, in their order.
 *
 * @throws when it does not parse, or a selector is such that Loki would have to read everything
 */
export function selectionsIn(query: string): StreamSelection[] {
  const selections: Selection[] = [];
  const later: { readonly within: SyntaxNode; readonly labels: readonly string[]; readonly made: boolean }[] = [];
  const textOf = ({ from, to }: SyntaxNode) => query.slice(from, to);
  parser.parse(query).iterate({
    enter: ({ node, name }) => {
      if (node.type.isError) throw new Error(syntaxError(query, node.from));
      if (name === "Selector") selections.push(new Selection(node, textOf));
      if (name === "PipelineStage" || name === "UnwrapExpr") selections.at(-1)?.read(node);
      if (name === "Grouping" || name === "OnOrIgnoringModifier") {
        const within = name === "Grouping" ? node.parent : (node.parent?.parent ?? null);
        if (within) later.push({ within, labels: namesIn(node, ["Identifier", "LabelName"], textOf), made: false });
      }
      const [target] = name === "LabelReplaceExpr" ? node.getChildren("String") : [];
      if (target) later.push({ within: node, labels: [unquoted(textOf(target))], made: true });
    },
  });
  // What is made must be known before it is looked for.
  for (const { within, labels, made } of later.sort((a, b) => Number(b.made) - Number(a.made)))
    for (const selection of selections.filter(({ position }) => position >= within.from && position < within.to))
      for (const label of labels) selection[made ? "make" : "need"](label);
  return selections.map((selection) => selection.result);
}

/** What is wrong with a LogQL query, as {@link selectionsIn} finds it, or undefined. */
export function logqlProblem(query: string): string | undefined {
  try {
    selectionsIn(query);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A dashboard's query with a value in place of what Grafana fills in where LogQL has no string. */
export function withoutLokiVariables(query: string): string {
  return withoutGrafanaVariables(query.replace(/\$(__auto\b|\{__auto\})/g, "5m"));
}

/** Parsers that extract whatever a line has. */
const OPEN_PARSERS = ["Json", "Unpack"];
/** Filters on labels, other than by text. */
const FILTERS = ["NumberFilter", "DurationFilter", "BytesFilter", "IpLabelFilter"];

/** Reads a part of a query from its selector on. */
class Selection {
  public readonly position: number;
  private readonly selector: string;
  private readonly matchers: readonly LabelMatcher[];
  private readonly filters: LabelMatcher[] = [];
  private readonly labels = new Set<string>();
  private readonly made = new Set<string>();
  /** Whether a parser has extracted labels whose names only the lines tell. */
  private open = false;

  public constructor(
    selector: SyntaxNode,
    private readonly textOf: (node: SyntaxNode) => string,
  ) {
    this.position = selector.from;
    this.selector = textOf(selector).trim();
    this.matchers = nodesIn(selector, ["Matcher"]).map((node) => matcherOf(node, textOf));
  }

  /** @throws when Loki would have to read everything */
  public get result(): StreamSelection {
    if (!this.matchers.some(isSelective))
      throw new Error(
        `the selector ${this.selector} would have Loki read everything: write one matcher that an absent label does not fulfil, such as monitoring=~".+"`,
      );
    const { selector, matchers, filters } = this;
    return { selector, matchers, filters, labels: [...this.labels].sort() };
  }

  /** Reads a stage of the pipeline. */
  public read(stage: SyntaxNode): void {
    const [, what] = childrenOf(stage);
    switch (what?.name) {
      case "LabelFilter":
        for (const node of nodesIn(stage, ["Matcher"])) this.filter(matcherOf(node, this.textOf));
        for (const label of nodesIn(stage, FILTERS).flatMap((node) => this.identifiers(node))) this.need(label);
        break;
      case "LabelParser":
        this.parse(what);
        break;
      case "LogfmtParser":
        this.open = true;
        break;
      case "JsonExpressionParser":
      case "LogfmtExpressionParser":
        for (const node of nodesIn(what, ["LabelExtractionExpression"])) this.makeFirst(node);
        break;
      case "LabelFormatExpr":
        for (const node of nodesIn(what, ["LabelFormatMatcher"])) {
          for (const label of this.identifiers(node).slice(1)) this.need(label);
          this.makeFirst(node);
        }
        break;
      case "Unwrap":
        for (const label of this.identifiers(stage)) this.need(label);
        break;
    }
  }

  /** Says that a label is there from here on. */
  public make(label: string): void {
    this.made.add(label);
  }

  /** Says that a label must be there. */
  public need(label: string): void {
    if (!this.knows(label)) this.labels.add(label);
  }

  private filter(matcher: LabelMatcher): void {
    if (!this.knows(matcher.label)) this.filters.push(matcher);
  }

  /** Whether the query has made a label itself, as far as can be told. Names with two underscores are Loki's. */
  private knows(label: string): boolean {
    return this.open || this.made.has(label) || label.startsWith("__");
  }

  private parse(parserNode: SyntaxNode): void {
    const [kind] = childrenOf(parserNode);
    if (kind && OPEN_PARSERS.includes(kind.name)) this.open = true;
    const text = parserNode.getChild("String");
    if (!text) return;
    const names = kind?.name === "Pattern" ? /<(\w+)>/g : /\(\?P?<(\w+)>/g;
    for (const [, name = ""] of unquoted(this.textOf(text)).matchAll(names)) this.make(name);
  }

  private makeFirst(node: SyntaxNode): void {
    for (const label of this.identifiers(node).slice(0, 1)) this.make(label);
  }

  private identifiers(node: SyntaxNode): string[] {
    return namesIn(node, ["Identifier"], this.textOf);
  }
}

function matcherOf(node: SyntaxNode, textOf: (node: SyntaxNode) => string): LabelMatcher {
  const [label, operator, value] = childrenOf(node).map(textOf);
  return { label: label ?? "", operator: operator as LabelMatcher["operator"], value: unquoted(value ?? "") };
}

/** Whether streams that lack the label are not among those that are matched. */
function isSelective({ operator, value }: LabelMatcher): boolean {
  if (operator === "=") return value !== "";
  return operator === "=~" && !matchesFully(value, "");
}

/**
 * Whether a regular expression matches a whole value, as Loki's do. One that only RE2 knows is taken to match any value
 * but none.
 */
export function matchesFully(expression: string, value: string): boolean {
  const [, flags = "", rest = expression] = /^\(\?([is]+)\)(.*)$/s.exec(expression) ?? [];
  try {
    return new RegExp(`^(?:${rest})$`, flags).test(value);
  } catch {
    return value !== "";
  }
}

function namesIn(node: SyntaxNode, types: readonly string[], textOf: (node: SyntaxNode) => string): string[] {
  return nodesIn(node, types).map(textOf);
}

/** All nodes of some types below one, in their order. */
function nodesIn(node: SyntaxNode, types: readonly string[]): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => (types.includes(child.name) ? [child] : nodesIn(child, types)));
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
