import type { SyntaxNode } from "@lezer/common";
import { children, expressionsOf, type GoFile } from "./go-file";

/** Where a name of a function gets its values. */
export type Origin =
  /** Expressions that are assigned to a variable. */
  | { readonly kind: "values"; readonly values: readonly SyntaxNode[] }
  /** The range clause that defines a loop variable, or the function that has a parameter. */
  | { readonly kind: "choice"; readonly choice: SyntaxNode }
  /** A receiver, a result or another name without known values. */
  | { readonly kind: "unknown" };

const FUNCTIONS = ["FunctionLiteral", "FunctionDecl", "MethodDecl"];

/** Returns the origin of a name in the function that contains a node, or undefined if the function does not define it. */
export function localOrigin(file: GoFile, name: string, use: SyntaxNode): Origin | undefined {
  const defines = (node: SyntaxNode) => node.getChildren("DefName").some((each) => file.textOf(each) === name);
  for (let node = use; node.parent; node = node.parent) {
    const parent = node.parent;
    if (parent.name === "ForStatement" && node.name === "Block") {
      const clause = parent.getChild("RangeClause");
      if (clause && defines(clause)) return { kind: "choice", choice: clause };
    }
    if (FUNCTIONS.includes(parent.name)) {
      if (parameterNames(file, parent).includes(name)) return { kind: "choice", choice: parent };
      const others = parent.getChildren("Parameters").flatMap((each) => file.find("Parameter", each));
      if (others.some(defines)) return { kind: "unknown" };
    }
    const declaration = declarations(parent).find((each) => each.from < use.from && defines(each));
    if (declaration)
      return { kind: "values", values: [...valuesOf(file, declaration, name), ...assigned(file, parent, name)] };
  }
  return undefined;
}

/** The names of the parameters of a function, in order. Unnamed parameters are empty. */
export function parameterNames(file: GoFile, fn: SyntaxNode): string[] {
  const lists = fn.getChildren("Parameters");
  const parameters = lists[fn.name === "MethodDecl" ? 1 : 0];
  return (parameters?.getChildren("Parameter") ?? []).flatMap((parameter) => {
    const names = parameter.getChildren("DefName").map((each) => file.textOf(each));
    return names.length > 0 ? names : [""];
  });
}

/** The type of the receiver that a name stands for, or undefined for another name. */
export function receiverType(file: GoFile, name: SyntaxNode): string | undefined {
  let method: SyntaxNode | null = name;
  while (method && method.name !== "MethodDecl") method = method.parent;
  const receiver = method?.getChild("Parameters")?.getChild("Parameter");
  if (!receiver || file.textOf(receiver.getChild("DefName")) !== file.textOf(name)) return undefined;
  return file.textOf(receiver.lastChild).replace(/^\*/, "").replace(/\[.*/, "");
}

/** The expressions that a declaration or assignment gives to one of its names. */
export function valuesOf(file: GoFile, declaration: SyntaxNode, name: string): SyntaxNode[] {
  const names = declaration.getChildren("DefName").map((each) => file.textOf(each));
  const values = expressionsOf(declaration);
  const index = names.indexOf(name);
  // A function with several results returns the text as the first one.
  const value = values.length === 1 && names.length > 1 && index > 0 ? undefined : values[index];
  return value ? [value] : [];
}

/** The expressions that are assigned to a variable below a node. */
function assigned(file: GoFile, below: SyntaxNode, name: string): SyntaxNode[] {
  return file.find("Assignment", below).flatMap((assignment) => {
    const [targets, values] = sides(assignment);
    const index = targets.findIndex((target) => target.name === "VariableName" && file.textOf(target) === name);
    const value = index < 0 ? undefined : values[index];
    // `name += suffix` is read as the whole statement.
    if (index === 0 && assignment.getChild("UpdateOp")) return [assignment];
    return value ? [value] : [];
  });
}

/** The left and right expressions of an assignment. */
export function sides(assignment: SyntaxNode): [SyntaxNode[], SyntaxNode[]] {
  const operator = children(assignment).find(({ name }) => name === "=" || name === "UpdateOp");
  const all = expressionsOf(assignment);
  const at = operator?.from ?? 0;
  return [all.filter(({ from }) => from < at), all.filter(({ from }) => from > at)];
}

/** The declarations among the statements of a block, or in the first clause of an `if`, `for` or `switch` statement. */
function declarations(parent: SyntaxNode): SyntaxNode[] {
  return children(parent).flatMap((child) => {
    if (child.name === "ForClause") return child.getChildren("VarDecl");
    if (child.name !== "VarDecl" && child.name !== "ConstDecl") return [];
    const list = child.getChild("SpecList") ?? child;
    return [child, ...list.getChildren("VarSpec"), ...list.getChildren("ConstSpec")];
  });
}
