import { join, relative } from "node:path";
import ts from "typescript";
import { projectRoot } from "../../cli/project";
import { docOf } from "./docstring";
import { Api, Doc, Entry, Method, Property, TypeText } from "./model";

/** The modules that users import, by source file. */
const ENTRY_POINTS: Readonly<Record<string, string>> = {
  "constructs/index.ts": "cdktf-monitoring",
  "constructs/aws.ts": "cdktf-monitoring/aws",
};

/** Reads the public API from the sources: exported names, their members and their docstrings. */
export function readApi(): Api {
  const config = ts.readConfigFile(join(projectRoot, "tsconfig.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
  const files = Object.keys(ENTRY_POINTS).map((file) => join(projectRoot, file));
  return new Reader(ts.createProgram(files, { ...options, types: ["node"] })).read();
}

class Reader {
  private readonly checker: ts.TypeChecker;
  private readonly exported = new Map<ts.Symbol, { readonly name: string; readonly module: string }>();
  private readonly unexported = new Map<string, string[]>();
  /** The entry or member that is being read. */
  private where = "";

  public constructor(private readonly program: ts.Program) {
    this.checker = program.getTypeChecker();
  }

  public read(): Api {
    for (const [file, module] of Object.entries(ENTRY_POINTS)) {
      const source = this.program.getSourceFile(join(projectRoot, file));
      const exporting = source && this.checker.getSymbolAtLocation(source);
      if (!exporting) throw new Error(`${file} has no exports`);
      for (const symbol of this.checker.getExportsOfModule(exporting))
        this.exported.set(this.resolved(symbol), { name: symbol.name, module });
    }
    const entries = [...this.exported].map(
      ([symbol, { name, module }]) => [name, this.entry(symbol, name, module)] as const,
    );
    return { entries: new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1))), unexported: this.unexported };
  }

  private entry(symbol: ts.Symbol, name: string, module: string): Entry {
    const [declaration] = symbol.declarations ?? [];
    if (!declaration) throw new Error(`${name} has no declaration`);
    this.where = name;
    const common = {
      name,
      module,
      file: relative(projectRoot, declaration.getSourceFile().fileName),
      doc: this.doc(symbol),
      abstract: isAbstract(declaration),
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

  /** The members of a class or interface, including those of its bases in this project. */
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
    // A member overrides the members of the same name in the bases.
    const members = [...new Map(all.toReversed().map((member) => [keyOf(member), member])).values()].toReversed();
    const isConcrete = ts.isClassDeclaration(declaration) && !isAbstract(declaration);
    const own = (predicate: (node: ts.Node) => boolean): ts.Node[] =>
      members.filter((member) => predicate(member) && !(isConcrete && this.isForExtensions(member)));
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
    // Parameter properties of a private constructor can be public.
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

  /**
   * Whether only extensions use a member: its docstring, or that of the member it implements, has the tag `@extension`.
   */
  private isForExtensions(member: ts.Node): boolean {
    return this.doc(this.symbolOf(member)).extension;
  }

  /** Whether a base is internal. Its members are listed with those of the class that extends it. */
  private isHidden({ expression }: ts.ExpressionWithTypeArguments): boolean {
    return this.declarationsOf(expression).some((declaration) => {
      const symbol = this.symbolOf(declaration);
      return isOurs(declaration) && symbol !== undefined && !this.exported.has(symbol);
    });
  }

  /** A declaration and its bases in this project. */
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
    const shown = ts.isEnumMember(node)
      ? { text: initializer?.getText() ?? "", names: [] }
      : type
        ? this.type(type)
        : { text: this.checker.typeToString(this.checker.getTypeAtLocation(node)), names: [] };
    return {
      name: name.getText(),
      type: shown,
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

  /** A type as the source code writes it. Notes types of this project that are not exported. */
  private type(node: ts.Node): TypeText {
    const names: string[] = [];
    const visit = (each: ts.Node): void => {
      if (ts.isIdentifier(each))
        for (const declaration of this.declarationsOf(each)) {
          if (!isOurs(declaration) || !isNamed(declaration)) continue;
          const symbol = this.symbolOf(declaration);
          const exported = symbol && this.exported.get(symbol);
          if (exported === undefined) this.note(each.getText());
          else names.push(exported.name);
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
      tags.map(({ name, text: parts }) => ({ name, text: ts.displayPartsToString(parts) })),
    );
  }

  /** The docstring of a constructor, which has no symbol. */
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

/** Whether users may use a member: it is neither private nor internal. */
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

function isAbstract(declaration: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0;
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
