import { parser } from "@lezer/go";
import type { SyntaxNode } from "@lezer/common";

/** A parsed file of Go source code. */
export class GoFile {
  private readonly root: SyntaxNode;
  private readonly found = new Map<string, SyntaxNode[]>();
  /** Declarations outside functions, by name: specifications of constants, variables and types, and functions. */
  public readonly declarations = new Map<string, SyntaxNode>();
  /** Methods by name. Several types can have a method with the same name. */
  public readonly methods = new Map<string, SyntaxNode[]>();
  /** Paths of the imported packages, by the name in the file. */
  public readonly imports = new Map<string, string>();

  /**
   * @param path path of the file
   * @param packagePath import path of its package
   * @param nameOf returns the name of an imported package, which can differ from the end of its path
   */
  public constructor(
    public readonly path: string,
    public readonly packagePath: string,
    public readonly text: string,
    nameOf: (importPath: string) => string = lastElement,
  ) {
    this.root = parser.parse(text).topNode;
    for (const node of children(this.root)) {
      if (node.name === "ImportDecl")
        for (const spec of specifications(node, "ImportSpec")) {
          const imported = this.stringOf(spec.getChild("String")) ?? "";
          const alias = spec.getChild("DefName");
          this.imports.set(alias ? this.textOf(alias) : nameOf(imported), imported);
        }
      else if (node.name === "FunctionDecl") this.declare(node, node);
      else if (node.name === "MethodDecl") {
        const name = this.textOf(node.getChild("FieldName"));
        this.methods.set(name, [...(this.methods.get(name) ?? []), node]);
      } else
        for (const kind of ["ConstSpec", "VarSpec", "TypeSpec"])
          for (const spec of specifications(node, kind)) this.declare(spec, spec);
    }
  }

  private declare(named: SyntaxNode, node: SyntaxNode): void {
    for (const name of named.getChildren("DefName")) this.declarations.set(this.textOf(name), node);
  }

  public textOf(node: SyntaxNode | null): string {
    return node ? this.text.slice(node.from, node.to) : "";
  }

  /** The value of a string literal, or undefined for another node. */
  public stringOf(node: SyntaxNode | null): string | undefined {
    if (node?.name !== "String") return undefined;
    const literal = this.textOf(node);
    if (literal.startsWith("`")) return literal.slice(1, -1);
    return literal.slice(1, -1).replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
  }

  /** All nodes with a name, in the whole file or below a node. */
  public find(name: string, below?: SyntaxNode): SyntaxNode[] {
    const known = below ? undefined : this.found.get(name);
    if (known) return known;
    const nodes: SyntaxNode[] = [];
    (below ?? this.root).cursor().iterate((each) => {
      if (each.name === name) nodes.push(each.node);
    });
    if (!below) this.found.set(name, nodes);
    return nodes;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** The last element of an import path that is not a major version: `loki` for `github.com/grafana/loki/v3`. */
export function lastElement(importPath: string): string {
  const elements = importPath.split("/");
  const last = elements.at(-1) ?? "";
  return /^v\d+$/.test(last) ? (elements.at(-2) ?? last) : last;
}

/** The direct children of a node. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** The expressions among the direct children of a node. */
export function expressionsOf(node: SyntaxNode | null): SyntaxNode[] {
  return node?.getChildren("Expr") ?? [];
}

/** The specifications of a declaration, which can be alone or in parentheses. */
function specifications(declaration: SyntaxNode, kind: string): SyntaxNode[] {
  const list = declaration.getChild("SpecList") ?? declaration;
  return list.getChildren(kind);
}
