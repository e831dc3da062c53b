import type { SyntaxNode } from "@lezer/common";
import type { Expression } from "./expression";
import { children, expressionsOf } from "./go-file";
import type { Declared, GoProgram } from "./go-program";

/** Names of types that are followed, such as a type that is defined as another named type. */
const MAX_NAMES = 5;

/** The value of a field of a struct literal, or undefined if the literal does not set it. */
export function fieldOf(program: GoProgram, literal: Expression, name: string): Expression | undefined {
  const { node, file } = literal;
  const elements = bodyOf(node)?.getChildren("Element") ?? [];
  const keyed = elements.find((each) => file.textOf(each.getChild("Key")) === name);
  const position = elements.some((each) => each.getChild("Key")) ? -1 : fieldNames(program, literal).indexOf(name);
  const value = (keyed ?? elements[position])?.lastChild;
  return value ? { node: value, file, frame: literal.frame } : undefined;
}

/** The names of the fields of a struct literal, in order. */
function fieldNames(program: GoProgram, literal: Expression): string[] {
  const type = typeOf(program, literal);
  const body = type?.node.getChild("StructBody");
  return (body?.getChildren("FieldDecl") ?? []).flatMap((field) => {
    const names = field.getChildren("FieldName").map((each) => type?.file.textOf(each) ?? "");
    return names.length > 0 ? names : [""];
  });
}

/** The type of a literal, with names of types replaced by what they stand for. */
export function typeOf(program: GoProgram, literal: Expression): Declared | undefined {
  const own = literal.node.name === "TypedLiteral" ? literal.node.firstChild : undefined;
  let type = own ? { node: own, file: literal.file } : literal.type;
  for (let steps = 0; type && steps < MAX_NAMES; steps++) {
    const { node, file }: Declared = type;
    const [first] = children(node);
    if (node.name === "PointerType") type = lastChild(type);
    else if (node.name === "TypeName" || node.name === "QualifiedType") {
      const imported = node.name === "QualifiedType" ? file.imports.get(file.textOf(first ?? null)) : file.packagePath;
      const name = file.textOf(node.name === "QualifiedType" ? node.lastChild : node);
      const local = file.find("TypeSpec").find((spec) => file.textOf(spec.getChild("DefName")) === name);
      const declared = program.declaration(imported ?? "", name) ?? (local && { node: local, file });
      type = declared?.node.name === "TypeSpec" ? lastChild(declared) : undefined;
    } else return type;
  }
  return type;
}

function lastChild({ node, file }: Declared): Declared | undefined {
  return node.lastChild ? { node: node.lastChild, file } : undefined;
}

/** The part of a literal that has elements, or undefined for another node. */
export function bodyOf(node: SyntaxNode): SyntaxNode | undefined {
  if (node.name === "LiteralValue") return node;
  return node.name === "TypedLiteral" ? (node.getChild("LiteralValue") ?? undefined) : undefined;
}

/** The arguments of a call. */
export function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  return expressionsOf(call.getChild("Arguments"));
}
