import { parser } from "@grafana/lezer-logql";
import type { SyntaxNode } from "@lezer/common";
import { fullMatcher } from "../regular-expression";
import { syntaxError, unquoted } from "../syntax-error";

/** A condition for a label. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** The streams that a part of a query selects, and the labels that it expects of them. */
export interface StreamSelection {
  /** Text of the selector. */
  readonly selector: string;
  /** Conditions of the selector; all of them must hold. */
  readonly matchers: readonly LabelMatcher[];
  /** Conditions of label filters on labels that no parser has extracted. Some can be alternatives, joined by `or`. */
  readonly filters: readonly LabelMatcher[];
  /** Other labels that the query uses and has not extracted, such as those after `by`. Sorted, each once. */
  readonly labels: readonly string[];
}

/**
 * Returns the stream selections of a LogQL query, in their order.
 *
 * @throws if the query does not parse, or if a selector matches all streams
 */
export function selectionsIn(query: string): StreamSelection[] {
  const selections: Selection[] = [];
  const later: { readonly within: SyntaxNode; readonly labels: readonly string[]; readonly added: boolean }[] = [];
  const textOf = ({ from, to }: SyntaxNode) => query.slice(from, to);
  const error = firstLogqlError(query);
  if (error !== undefined) throw new Error(syntaxError(query, error));
  parser.parse(query).iterate({
    enter: ({ node, name }) => {
      if (name === "Selector") selections.push(new Selection(node, textOf));
      if (name === "PipelineStage" || name === "UnwrapExpr") selections.at(-1)?.read(node);
      if (name === "Grouping" || name === "OnOrIgnoringModifier") {
        const within = name === "Grouping" ? node.parent : (node.parent?.parent ?? null);
        if (within) later.push({ within, labels: namesIn(node, ["Identifier", "LabelName"], textOf), added: false });
      }
      const [target] = name === "LabelReplaceExpr" ? node.getChildren("String") : [];
      if (target) later.push({ within: node, labels: [unquoted(textOf(target))], added: true });
    },
  });
  // Labels that the query adds must be known before others are required.
  for (const { within, labels, added } of later.sort((a, b) => Number(b.added) - Number(a.added)))
    for (const selection of selections.filter(({ position }) => position >= within.from && position < within.to))
      for (const label of labels) selection[added ? "add" : "require"](label);
  return selections.map((selection) => selection.result);
}

/** Returns the problem that {@link selectionsIn} finds in a LogQL query, or undefined. */
export function logqlProblem(query: string): string | undefined {
  try {
    selectionsIn(query);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns the position of the first syntax error of a LogQL query, or undefined. */
export function firstLogqlError(query: string): number | undefined {
  let first: number | undefined;
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) first ??= from;
    },
  });
  return first;
}

/** Parsers that extract all fields of a line. */
const OPEN_PARSERS = ["Json", "Unpack"];
/** Label filters that do not compare strings. */
const VALUE_FILTERS = ["NumberFilter", "DurationFilter", "BytesFilter", "IpLabelFilter"];

/** Collects what a part of a query expects of the streams that its selector selects. */
class Selection {
  public readonly position: number;
  private readonly selector: string;
  private readonly matchers: readonly LabelMatcher[];
  private readonly filters: LabelMatcher[] = [];
  private readonly labels = new Set<string>();
  private readonly added = new Set<string>();
  /** Whether a parser has extracted labels whose names depend on the lines. */
  private open = false;

  public constructor(
    selector: SyntaxNode,
    private readonly textOf: (node: SyntaxNode) => string,
  ) {
    this.position = selector.from;
    this.selector = textOf(selector).trim();
    this.matchers = nodesIn(selector, ["Matcher"]).map((node) => matcherOf(node, textOf));
  }

  /** @throws if the selector matches all streams */
  public get result(): StreamSelection {
    if (!this.matchers.some(isSelective))
      throw new Error(
        `the selector ${this.selector} matches all log streams: add a matcher that requires a label, such as monitoring=~".+"`,
      );
    const { selector, matchers, filters } = this;
    return { selector, matchers, filters, labels: [...this.labels].sort() };
  }

  /** Reads a stage of the pipeline. */
  public read(stage: SyntaxNode): void {
    const [, operation] = childrenOf(stage);
    switch (operation?.name) {
      case "LabelFilter":
        for (const node of nodesIn(stage, ["Matcher"])) this.filter(matcherOf(node, this.textOf));
        for (const label of nodesIn(stage, VALUE_FILTERS).flatMap((node) => this.identifiers(node)))
          this.require(label);
        break;
      case "LabelParser":
        this.parse(operation);
        break;
      case "LogfmtParser":
        this.open = true;
        break;
      case "JsonExpressionParser":
      case "LogfmtExpressionParser":
        for (const node of nodesIn(operation, ["LabelExtractionExpression"])) this.addFirst(node);
        break;
      case "LabelFormatExpr":
        for (const node of nodesIn(operation, ["LabelFormatMatcher"])) {
          for (const label of this.identifiers(node).slice(1)) this.require(label);
          this.addFirst(node);
        }
        break;
      case "Unwrap":
        for (const label of this.identifiers(stage)) this.require(label);
        break;
    }
  }

  /** Records that the query adds a label. */
  public add(label: string): void {
    this.added.add(label);
  }

  /** Records that the query uses a label. If the query has not added the label, the streams must have it. */
  public require(label: string): void {
    if (!this.knows(label)) this.labels.add(label);
  }

  private filter(matcher: LabelMatcher): void {
    if (!this.knows(matcher.label)) this.filters.push(matcher);
  }

  /** Whether the query can have added a label. Loki reserves names with two underscores. */
  private knows(label: string): boolean {
    return this.open || this.added.has(label) || label.startsWith("__");
  }

  private parse(parserNode: SyntaxNode): void {
    const [kind] = childrenOf(parserNode);
    if (kind && OPEN_PARSERS.includes(kind.name)) this.open = true;
    const text = parserNode.getChild("String");
    if (!text) return;
    const names = kind?.name === "Pattern" ? /<(\w+)>/g : /\(\?P?<(\w+)>/g;
    for (const [, name = ""] of unquoted(this.textOf(text)).matchAll(names)) this.add(name);
  }

  private addFirst(node: SyntaxNode): void {
    for (const label of this.identifiers(node).slice(0, 1)) this.add(label);
  }

  private identifiers(node: SyntaxNode): string[] {
    return namesIn(node, ["Identifier"], this.textOf);
  }
}

function matcherOf(node: SyntaxNode, textOf: (node: SyntaxNode) => string): LabelMatcher {
  const [label, operator, value] = childrenOf(node).map(textOf);
  return { label: label ?? "", operator: operator as LabelMatcher["operator"], value: unquoted(value ?? "") };
}

/** Whether a matcher excludes streams without the label. */
function isSelective({ operator, value }: LabelMatcher): boolean {
  if (operator === "=") return value !== "";
  return operator === "=~" && !fullMatcher(value)("");
}

function namesIn(node: SyntaxNode, types: readonly string[], textOf: (node: SyntaxNode) => string): string[] {
  return nodesIn(node, types).map(textOf);
}

/** Returns the outermost nodes of some types below a node, in their order. */
function nodesIn(node: SyntaxNode, types: readonly string[]): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => (types.includes(child.name) ? [child] : nodesIn(child, types)));
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
