import type { SyntaxNode } from "@lezer/common";
import {
  bind,
  keyOf,
  MAX_DEPTH,
  OUTSIDE,
  type Binding,
  type Choice,
  type Expression,
  type Frame,
  type Frames,
  type Item,
} from "./expression";
import { expressionsOf, type GoFile } from "./go-file";
import type { Declared, GoProgram } from "./go-program";
import { argumentsOf, bodyOf, fieldOf, typeOf } from "./literals";
import { localOrigin, parameterNames, receiverType, sides, valuesOf } from "./scope";

/** The client library, which all programs of the catalogue use. */
export const CLIENT = "github.com/prometheus/client_golang/prometheus";

/** Maximum number of expressions that one evaluator follows. Only names from the configuration of the program need more. */
const MAX_STEPS = 2000;

/**
 * Finds the expressions that an expression can stand for: it follows variables, fields, parameters, loops and calls. One
 * evaluator uses one value for each loop variable and parameter, so that a name is not combined from values of
 * different calls.
 */
export class Evaluator {
  /** Loops and functions that need a binding before all values are known. */
  public readonly open: Choice[] = [];
  private readonly active = new Set<string>();
  private steps = 0;

  public constructor(
    public readonly program: GoProgram,
    private readonly frames: Frames,
    private readonly bindings: Map<string, Binding> = new Map(),
  ) {}

  /** An evaluator with an additional binding. */
  public with(choice: Choice, binding: Binding): Evaluator {
    return new Evaluator(this.program, this.frames, new Map([...this.bindings, [keyOf(choice), binding]]));
  }

  /** The literals, operations and unknown calls that an expression stands for. Empty if there are none. */
  public values(expression: Expression): Expression[] {
    if (++this.steps > MAX_STEPS) return [];
    return this.once(expression, () => this.valuesOf(expression));
  }

  /**
   * Evaluates an expression, unless its evaluation has already begun. `name = name + suffix` therefore adds the suffix once.
   */
  public once<T>(expression: Expression, evaluate: () => T[]): T[] {
    const key = `${keyOf(expression)} ${expression.node.to} ${expression.node.name}`;
    if (this.active.has(key)) return [];
    this.active.add(key);
    try {
      return evaluate();
    } finally {
      this.active.delete(key);
    }
  }

  private valuesOf(expression: Expression): Expression[] {
    const { node } = expression;
    const inner = expressionsOf(node)[0];
    switch (node.name) {
      case "VariableName":
        return this.variable(expression).flatMap((each) => this.values(each));
      case "SelectorExpr":
        return this.selected(expression).flatMap((each) => this.values(each));
      case "ParenthesizedExpr":
      case "UnaryExp":
      case "Conversion":
        return inner ? this.values({ ...expression, node: inner }) : [];
      case "IndexExpr":
        return inner ? this.items({ ...expression, node: inner }).flatMap(({ value }) => this.values(value)) : [];
      case "CallExpr":
        return this.results(expression)?.flatMap((each) => this.values(each)) ?? [expression];
      default:
        return [expression];
    }
  }

  /** The elements of the maps and arrays that an expression stands for. */
  public items(expression: Expression): Item[] {
    return this.values(expression).flatMap((literal) => this.once(literal, () => this.itemsOf(literal)));
  }

  private itemsOf(literal: Expression): Item[] {
    const { node, file } = literal;
    if (node.name === "CallExpr" && file.textOf(node.firstChild) === "append") return this.appended(literal);
    const body = bodyOf(node);
    const type = typeOf(this.program, literal);
    const element = type?.node.getChildren("Type").at(-1);
    const elementType = type && element ? { type: { node: element, file: type.file } } : {};
    return (body?.getChildren("Element") ?? []).flatMap((each) => {
      const [key, value] = [each.getChild("Key")?.firstChild, each.lastChild];
      if (!value) return [];
      const item = { value: { ...literal, node: value, ...elementType } };
      return [key ? { ...item, key: { ...literal, node: key } } : item];
    });
  }

  /** The elements of a call such as `append(list, first, ...others)`. */
  private appended(call: Expression): Item[] {
    const { node, file } = call;
    const at = (argument: SyntaxNode) => ({ ...call, node: argument });
    const [list, ...added] = argumentsOf(node);
    const spread = node.getChild("Arguments")?.getChild("...") !== null;
    const items = spread ? added.flatMap((each) => this.items(at(each))) : added.map((each) => ({ value: at(each) }));
    // The other elements of `list = append(list, …)` come from the other values of the variable.
    const isSame = file.textOf(node.parent?.firstChild ?? null) === file.textOf(list ?? null);
    return [...(list && !isSame ? this.items(at(list)) : []), ...items];
  }

  /** All combinations of values of a loop or of the parameters of a function. At least one, which can be empty. */
  public alternatives(choice: Choice): Binding[] {
    const found = choice.node.name === "RangeClause" ? this.iterations(choice) : this.calls(choice);
    return found.length > 0 ? found : [new Map()];
  }

  private variable(expression: Expression): Expression[] {
    const { node, file, frame } = expression;
    const name = file.textOf(node);
    const origin = localOrigin(file, name, node);
    if (origin === undefined) return this.global(file.packagePath, name);
    if (origin.kind === "unknown") return [];
    if (origin.kind === "values") return origin.values.map((value) => ({ node: value, file, frame }));
    const choice = { node: origin.choice, file, frame };
    const binding = this.bindingOf(choice);
    if (binding === undefined) this.open.push(choice);
    const value = binding?.get(name);
    return value ? [value] : [];
  }

  /** The binding of a choice in its frame, or in the frames of the functions around it. */
  private bindingOf(choice: Choice): Binding | undefined {
    for (let frame: Frame | undefined = choice.frame; frame; frame = frame.outer) {
      const binding = this.bindings.get(keyOf({ ...choice, frame }));
      if (binding) return binding;
    }
    return undefined;
  }

  /** The value of a constant or variable of a package. */
  private global(packagePath: string, name: string): Expression[] {
    const declared = this.program.declaration(packagePath, name);
    if (!declared || !["ConstSpec", "VarSpec"].includes(declared.node.name)) return [];
    const { node, file } = declared;
    return valuesOf(file, node, name).map((value) => ({ node: value, file, frame: OUTSIDE }));
  }

  private selected(expression: Expression): Expression[] {
    const { node, file } = expression;
    const [base, name] = [node.firstChild, file.textOf(node.lastChild)];
    if (!base) return [];
    const imported = this.imported(file, base);
    if (imported !== undefined) return this.global(imported, name);
    const literals = this.values({ ...expression, node: base }).filter((each) => bodyOf(each.node));
    if (literals.length > 0) return literals.flatMap((literal) => fieldOf(this.program, literal, name) ?? []);
    const type = receiverType(file, base);
    const set =
      type === undefined
        ? []
        : this.instances(file.packagePath, type).flatMap((each) => fieldOf(this.program, each, name) ?? []);
    return set.length > 0 ? set : this.written(file, name);
  }

  /** The literals of a struct type in its package. */
  private instances(packagePath: string, type: string): Expression[] {
    return this.program.files(packagePath, `${type}{`).flatMap((file) => {
      const frame = this.frames.for(`literals ${file.path} ${type}`, MAX_DEPTH - 1);
      const literals = file.find("TypedLiteral").filter((node) => file.textOf(node.firstChild) === type);
      return literals.map((node) => ({ node, file, frame }));
    });
  }

  /** The path of the package that a node names, or undefined. */
  public imported(file: GoFile, node: SyntaxNode | null): string | undefined {
    if (node?.name !== "VariableName") return undefined;
    const name = file.textOf(node);
    return localOrigin(file, name, node) ? undefined : file.imports.get(name);
  }

  /** The values that a file writes to fields of a name, for fields of structs that are not known. */
  private written(file: GoFile, name: string): Expression[] {
    const frame = this.frames.for(`field ${file.path} ${name}`, MAX_DEPTH - 1);
    const inLiterals = file
      .find("Element")
      .filter((each) => file.textOf(each.getChild("Key")) === name)
      .map((each) => each.lastChild);
    const inAssignments = file.find("Assignment").map((assignment) => {
      const [targets, values] = sides(assignment);
      return values[targets.findIndex((each) => each.name === "SelectorExpr" && file.textOf(each.lastChild) === name)];
    });
    return [...inLiterals, ...inAssignments].flatMap((value) => (value ? [{ node: value, file, frame }] : []));
  }

  /** The results of a call, or undefined if the function is not known. */
  private results(call: Expression): Expression[] | undefined {
    const { node, file, frame } = call;
    const called = this.functionOf(call);
    if (!called || frame.depth >= MAX_DEPTH) return undefined;
    const outer = called.node.name === "FunctionLiteral" ? frame : undefined;
    const inside = this.frames.for(`result ${keyOf(call)}`, frame.depth + 1, outer);
    const parameters = parameterNames(called.file, called.node);
    const given = argumentsOf(node).map((value) => ({ node: value, file, frame }));
    this.bindings.set(keyOf({ ...called, frame: inside }), bind(parameters, given));
    return called.file
      .find("ReturnStatement", called.node)
      .flatMap((statement) => expressionsOf(statement)[0] ?? [])
      .map((value) => ({ node: value, file: called.file, frame: inside }));
  }

  /** The function that a call names: a function literal in a variable, a function, or the only method of the name. */
  private functionOf({ node, file, frame }: Expression): Declared | undefined {
    const called = node.firstChild;
    if (called?.name === "VariableName") {
      const name = file.textOf(called);
      const origin = localOrigin(file, name, called);
      if (origin) {
        const [value] = origin.kind === "values" ? origin.values : [];
        return value?.name === "FunctionLiteral" ? { node: value, file } : undefined;
      }
      const declared = this.program.declaration(file.packagePath, name);
      return declared?.node.name === "FunctionDecl" ? declared : undefined;
    }
    if (called?.name !== "SelectorExpr") return undefined;
    const name = file.textOf(called.lastChild);
    const imported = this.imported(file, called.firstChild);
    if (imported !== undefined) {
      // Evaluated where texts are read.
      if (imported === CLIENT) return undefined;
      const declared = this.program.declaration(imported, name);
      return declared?.node.name === "FunctionDecl" ? declared : undefined;
    }
    const methods = frame.depth > 2 ? [] : this.program.methods(file.packagePath, name);
    return methods.length === 1 ? methods[0] : undefined;
  }

  private iterations({ node, file, frame }: Choice): Binding[] {
    const [key = "", value = ""] = node.getChildren("DefName").map((each) => file.textOf(each));
    const [iterated] = expressionsOf(node).slice(-1);
    const items = iterated ? this.items({ node: iterated, file, frame }) : [];
    return items.map((item) => new Map([...(item.key ? [[key, item.key] as const] : []), [value, item.value]]));
  }

  private calls({ node, file, frame }: Choice): Binding[] {
    const parameters = parameterNames(file, node);
    if (node.name === "FunctionLiteral") {
      const name = file.textOf(node.parent?.firstChild ?? null);
      const calls = name ? file.find("CallExpr").filter((call) => file.textOf(call.firstChild) === name) : [];
      return calls.map((call) =>
        bind(
          parameters,
          argumentsOf(call).map((value) => ({ node: value, file, frame })),
        ),
      );
    }
    if (frame.depth >= MAX_DEPTH) return [];
    const isMethod = node.name === "MethodDecl";
    const name = file.textOf(node.getChild(isMethod ? "FieldName" : "DefName"));
    const isRecursive = (call: Declared) =>
      call.file === file && call.node.from >= node.from && call.node.to <= node.to;
    const calls = this.program.calls(file.packagePath, name, isMethod).filter((call) => !isRecursive(call));
    return calls.map((call) => {
      const caller = this.frames.for(`caller ${frame.id} ${call.file.path} ${call.node.from}`, frame.depth + 1);
      return bind(
        parameters,
        argumentsOf(call.node).map((value) => ({ node: value, file: call.file, frame: caller })),
      );
    });
  }
}
