import { join, relative } from "node:path";
import ts from "typescript";
import { projectRoot } from "../../cli/project";
import { Api, Doc, Entry, Method, Property, TypeText } from "./model";

/** Reads the public API from the sources: what `constructs/index.ts` exports, and its docstrings. */
export function readApi(): Api {
  const config = ts.readConfigFile(join(projectRoot, "tsconfig.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
  const files = ENTRY_POINTS.map((name) => join(projectRoot, "constructs", name));
  return new Reader(ts.createProgram(files, { ...options, types: ["node"] })).read(files);
}

/** The entry points of the package, in `constructs/`. */
const ENTRY_POINTS = ["index.ts", "aws.ts"];

class Reader {
  private readonly checker: ts.TypeChecker;
  private readonly exported = new Map<ts.Symbol, string>();
  private readonly unexported = new Map<string, string[]>();
  /** Of which entry, and which member, types are being read. */
  private where = "";

  public constructor(private readonly program: ts.Program) {
    this.checker = program.getTypeChecker();
  }

  public read(files: readonly string[]): Api {
    for (const file of files) {
      const source = this.program.getSourceFile(file);
      const module = source && this.checker.getSymbolAtLocation(source);
      if (!module) throw new Error(`${file} exports nothing`);
      for (const symbol of this.checker.getExportsOfModule(module))
        this.exported.set(this.resolved(symbol), symbol.name);
    }
    const entries = [...this.exported].map(([symbol, name]) => [name, this.entry(symbol, name)] as const);
    return { entries: new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1))), unexported: this.unexported };
  }

  private entry(symbol: ts.Symbol, name: string): Entry {
    const [declaration] = symbol.declarations ?? [];
    if (!declaration) throw new Error(`${name} is declared nowhere`);
    this.where = name;
    const common = {
      name,
      file: relative(projectRoot, declaration.getSourceFile().fileName),
      doc: this.doc(symbol),
      abstract: (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0,
      bases: [],
      statics: [],
      properties: [],
      methods: [],
    };
    if (ts.isClassDeclaration(declaration)) return { ...common, kind: "class", ...this.members(declaration, name) };
    if (ts.isInterfaceDeclaration(declaration))
      return { ...common, kind: "interface", ...this.members(declaration, name) };
    if (ts.isEnumDeclaration(declaration)) {
      const properties = declaration.members.map((member) => this.property(member, name));
      return { ...common, kind: "enum", properties };
    }
    if (ts.isTypeAliasDeclaration(declaration)) {
      return { ...common, kind: "type", bases: [this.type(declaration.type)] };
    }
    return { ...common, kind: "other" };
  }

  /** What a class or an interface has, with what it has from those of its bases that are ours. */
  private members(
    declaration: ts.ClassDeclaration | ts.InterfaceDeclaration,
    name: string,
  ): Pick<Entry, "bases" | "constructed" | "statics" | "properties" | "methods"> {
    const bases = (declaration.heritageClauses ?? [])
      .flatMap(({ types }) => [...types])
      .filter((each) => !this.isHidden(each))
      .map((each) => this.type(each));
    const chain = this.chain(declaration);
    const all = chain.flatMap((each) => [...(each.members as readonly ts.Node[])]).filter(isForUsers);
    // What a class overrides comes before what it overrides.
    const members = [...new Map(all.toReversed().map((member) => [keyOf(member), member])).values()].toReversed();
    const own = (predicate: (node: ts.Node) => boolean): ts.Node[] => members.filter(predicate);
    const constructor_ = declaration.members.find((each) => ts.isConstructorDeclaration(each));
    const inherited = constructor_ ?? own(ts.isConstructorDeclaration)[0];
    const construct =
      inherited && ts.isConstructorDeclaration(inherited) && isForUsers(inherited)
        ? this.method(inherited, name, `new ${name}`)
        : undefined;
    const fields = own(
      (each) => ts.isPropertyDeclaration(each) || ts.isPropertySignature(each) || ts.isGetAccessor(each),
    );
    const assigned = own(ts.isConstructorDeclaration).flatMap((each) =>
      (each as ts.ConstructorDeclaration).parameters.filter((parameter) => isOwnField(parameter)),
    );
    // Those of a private constructor are public all the same.
    const hidden = constructor_ && !isForUsers(constructor_) ? [...constructor_.parameters].filter(isOwnField) : [];
    const calls = own((each) => ts.isMethodDeclaration(each) || ts.isMethodSignature(each)) as ts.MethodDeclaration[];
    return {
      bases,
      constructed: construct,
      statics: calls.filter(isStatic).map((each) => this.method(each, name, `${name}.${each.name.getText()}`)),
      properties: [...assigned, ...hidden, ...fields].map((each) =>
        this.property(each as ts.PropertyDeclaration, name),
      ),
      methods: calls.filter((each) => !isStatic(each)).map((each) => this.method(each, name, each.name.getText())),
    };
  }

  /** Whether a base is internal: its members are listed with those of the class that extends it. */
  private isHidden({ expression }: ts.ExpressionWithTypeArguments): boolean {
    return this.declarationsOf(expression).some((declaration) => {
      const symbol = this.symbolOf(declaration);
      return isOurs(declaration) && symbol !== undefined && !this.exported.has(symbol);
    });
  }

  /** A declaration, and those of its bases that are ours. */
  private chain(
    declaration: ts.ClassDeclaration | ts.InterfaceDeclaration,
  ): (ts.ClassDeclaration | ts.InterfaceDeclaration)[] {
    const bases = (declaration.heritageClauses ?? [])
      .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
      .flatMap(({ types }) => [...types])
      .flatMap(({ expression }) => this.declarationsOf(expression));
    const ours = bases.filter(
      (base) => (ts.isClassDeclaration(base) || ts.isInterfaceDeclaration(base)) && isOurs(base),
    ) as (ts.ClassDeclaration | ts.InterfaceDeclaration)[];
    return [declaration, ...ours.flatMap((base) => this.chain(base))];
  }

  private property(
    node: ts.PropertyDeclaration | ts.ParameterDeclaration | ts.EnumMember | ts.Node,
    owner: string,
  ): Property {
    const { name, type, questionToken, initializer } = node as ts.PropertyDeclaration;
    this.where = `${owner}.${name.getText()}`;
    const written = ts.isEnumMember(node)
      ? { text: initializer?.getText() ?? "", names: [] }
      : type
        ? this.type(type)
        : { text: this.checker.typeToString(this.checker.getTypeAtLocation(node)), names: [] };
    return {
      name: name.getText(),
      type: written,
      optional: questionToken !== undefined,
      doc: this.doc(this.symbolOf(node)),
    };
  }

  private method(
    node: ts.MethodDeclaration | ts.MethodSignature | ts.ConstructorDeclaration,
    owner: string,
    name: string,
  ): Method {
    this.where = `${owner}.${name}`;
    return {
      name,
      parameters: node.parameters.map((parameter) => ({
        name: parameter.name.getText(),
        type: parameter.type
          ? this.type(parameter.type)
          : { text: this.checker.typeToString(this.checker.getTypeAtLocation(parameter)), names: [] },
        optional: parameter.questionToken !== undefined || parameter.initializer !== undefined,
      })),
      returns: node.type ? this.type(node.type) : { text: "", names: [] },
      doc: ts.isConstructorDeclaration(node) ? this.tagged(node) : this.doc(this.symbolOf(node)),
    };
  }

  /** A type as it is written; what of ours it names is noted where it is not exported. */
  private type(node: ts.Node): TypeText {
    const names: string[] = [];
    const visit = (each: ts.Node): void => {
      if (ts.isIdentifier(each))
        for (const declaration of this.declarationsOf(each)) {
          if (!isOurs(declaration) || !isNamed(declaration)) continue;
          const symbol = this.symbolOf(declaration);
          const name = symbol && this.exported.get(symbol);
          if (name === undefined) this.note(each.getText());
          else names.push(name);
        }
      ts.forEachChild(each, visit);
    };
    visit(node);
    return { text: node.getText().replace(/\s+/g, " "), names };
  }

  private note(name: string): void {
    this.unexported.set(name, [...(this.unexported.get(name) ?? []), this.where]);
  }

  private declarationsOf(node: ts.Node): readonly ts.Declaration[] {
    const symbol = this.checker.getSymbolAtLocation(node);
    return (symbol && this.resolved(symbol).declarations) ?? [];
  }

  private symbolOf(node: ts.Node): ts.Symbol | undefined {
    return (node as ts.Node & { readonly symbol?: ts.Symbol }).symbol;
  }

  private resolved(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.checker.getAliasedSymbol(symbol);
  }

  private doc(symbol: ts.Symbol | undefined): Doc {
    const text = ts.displayPartsToString(symbol?.getDocumentationComment(this.checker));
    const tags = symbol?.getJsDocTags(this.checker) ?? [];
    return docOf(
      text,
      tags.map(({ name, text: said }) => ({ name, text: ts.displayPartsToString(said) })),
    );
  }

  /** The docstring of a constructor, which has no symbol of its own. */
  private tagged(node: ts.ConstructorDeclaration): Doc {
    const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n");
    const tags = ts.getJSDocTags(node).map((tag) => ({
      name: tag.tagName.text,
      text: `${ts.isJSDocParameterTag(tag) ? `${tag.name.getText()} ` : ""}${ts.getTextOfJSDocComment(tag.comment) ?? ""}`,
    }));
    return docOf(text, tags);
  }
}

function docOf(text: string, tags: readonly { readonly name: string; readonly text: string }[]): Doc {
  const one = (name: string): string | undefined => {
    const found = tags.filter((tag) => tag.name === name).map((tag) => prose(tag.text));
    return found.length === 0 ? undefined : found.join(" ");
  };
  const parameters = tags
    .filter(({ name }) => name === "param")
    .map(({ text: said }) => /^(\w+)\s+-?\s*([^]*)$/.exec(said));
  return {
    text: paragraphs(text),
    default: one("default"),
    throws: one("throws"),
    returns: one("returns"),
    parameters: Object.fromEntries(
      parameters.flatMap((found) => (found ? [[found[1] ?? "", prose(found[2] ?? "")] as const] : [])),
    ),
  };
}

/** Links within docstrings are names in the pages. */
function unlinked(text: string): string {
  return text.replace(/\{@link (\S+?)\s*\}/g, "`$1`");
}

function prose(text: string): string {
  return unlinked(text).replace(/\s+/g, " ").trim();
}

function paragraphs(text: string): string {
  return unlinked(text)
    .split(/\n{2,}/)
    .map((part) => (/^\s*[-|]/m.test(part) ? part.trim() : part.replace(/\s+/g, " ").trim()))
    .join("\n\n");
}

/** Whether users may call it, or where it is made to be extended, override it. */
function isForUsers(node: ts.Node): boolean {
  const flags = ts.getCombinedModifierFlags(node as ts.Declaration);
  if ((flags & ts.ModifierFlags.Private) !== 0) return false;
  const { name } = node as ts.NamedDeclaration;
  return (
    !ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal") &&
    name?.getText().startsWith("_") !== true
  );
}

function isOwnField(parameter: ts.ParameterDeclaration): boolean {
  return ts.isParameterPropertyDeclaration(parameter, parameter.parent) && isForUsers(parameter);
}

function isStatic(node: ts.Node): boolean {
  return (ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Static) !== 0;
}

function isNamed(declaration: ts.Declaration): boolean {
  return (
    ts.isClassDeclaration(declaration) ||
    ts.isInterfaceDeclaration(declaration) ||
    ts.isEnumDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration)
  );
}

function isOurs(declaration: ts.Node): boolean {
  const path = relative(projectRoot, declaration.getSourceFile().fileName);
  return /^(constructs|lib)\//.test(path);
}

function keyOf(member: ts.Node): string {
  if (ts.isConstructorDeclaration(member)) return "new";
  const { name } = member as ts.NamedDeclaration;
  return `${isStatic(member) ? "static " : ""}${name?.getText() ?? ""}`;
}
