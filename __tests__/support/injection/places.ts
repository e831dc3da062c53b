import { join, relative } from "node:path";
import ts from "typescript";
import { projectRoot } from "../../../tools/cli/project";

/** A place in the public API that takes a text of the user. */
export interface Place {
  /** Interface such as `ExistingServerProps`, or a call such as `Secret.fromFile` or `new Grafana`. */
  readonly owner: string;
  /** Steps from the owner: the name of a prop or parameter, `[]` for an item, `{}` for a value and `{key}` for a key. */
  readonly path: readonly string[];
}

/** Modules that users import. */
const MODULES = ["constructs/index.ts", "constructs/aws.ts"];

/** Finds all places in the types of the public API, so that none can be forgotten. */
export function textPlaces(): readonly Place[] {
  const config = ts.readConfigFile(join(projectRoot, "tsconfig.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
  const files = MODULES.map((file) => join(projectRoot, file));
  return new Finder(ts.createProgram(files, { ...options, types: ["node"] })).find();
}

class Finder {
  private readonly checker: ts.TypeChecker;
  private readonly exported = new Set<ts.Symbol>();
  private readonly places: Place[] = [];

  public constructor(private readonly program: ts.Program) {
    this.checker = program.getTypeChecker();
  }

  public find(): readonly Place[] {
    for (const file of MODULES) {
      const source = this.program.getSourceFile(join(projectRoot, file));
      const module = source && this.checker.getSymbolAtLocation(source);
      if (!module) throw new Error(`${file} has no exports`);
      for (const symbol of this.checker.getExportsOfModule(module))
        this.exported.add(symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol);
    }
    for (const symbol of this.exported) this.ofExport(symbol);
    return this.places;
  }

  private ofExport(symbol: ts.Symbol): void {
    const [declaration] = symbol.declarations ?? [];
    if (!declaration) return;
    if (ts.isInterfaceDeclaration(declaration))
      this.ofProperties(symbol.name, this.checker.getDeclaredTypeOfSymbol(symbol), []);
    if (!ts.isClassDeclaration(declaration)) return;
    const instance = this.checker.getDeclaredTypeOfSymbol(symbol);
    const statics = this.checker.getTypeOfSymbol(symbol);
    for (const signature of statics.getConstructSignatures()) this.ofSignature(`new ${symbol.name}`, signature);
    for (const method of statics.getProperties()) this.ofMethod(`${symbol.name}.${method.name}`, method);
    for (const method of instance.getProperties())
      if (this.isDeclaredBy(declaration, method)) this.ofMethod(`${symbol.name}#${method.name}`, method);
  }

  /** Whether a method is a class's own, or comes from a base that users cannot see. */
  private isDeclaredBy(declaration: ts.ClassDeclaration, { declarations = [] }: ts.Symbol): boolean {
    return declarations.every(({ parent }) => {
      const holder = ts.isClassDeclaration(parent) && parent.name && this.checker.getSymbolAtLocation(parent.name);
      return parent === declaration || !holder || !this.exported.has(holder);
    });
  }

  private ofMethod(owner: string, method: ts.Symbol): void {
    const [declaration] = method.declarations ?? [];
    if (!declaration || !isForUsers(method) || !isOurs(declaration) || !ts.isMethodDeclaration(declaration)) return;
    for (const signature of this.checker.getTypeOfSymbol(method).getCallSignatures())
      this.ofSignature(owner, signature);
  }

  private ofSignature(owner: string, signature: ts.Signature): void {
    const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined;
    if (!declaration || (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0) return;
    if (ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "internal")) return;
    for (const parameter of signature.getParameters())
      this.ofType(owner, this.checker.getTypeOfSymbol(parameter), [parameter.name]);
  }

  private ofProperties(owner: string, type: ts.Type, path: readonly string[]): void {
    for (const property of this.checker.getPropertiesOfType(type)) {
      const [declaration] = property.declarations ?? [];
      if (declaration && isForUsers(property) && isOurs(declaration))
        this.ofType(owner, this.checker.getTypeOfSymbol(property), [...path, property.name]);
    }
  }

  private ofType(owner: string, type: ts.Type, path: readonly string[]): void {
    if (path.length > 6) return; // a recursive type
    if (type.isUnion()) {
      for (const each of type.types) this.ofType(owner, each, path);
      return;
    }
    if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Unknown)) {
      const place = { owner, path };
      if (!this.places.some((other) => JSON.stringify(other) === JSON.stringify(place))) this.places.push(place);
      return;
    }
    if (!(type.flags & ts.TypeFlags.Object) || type.getCallSignatures().length > 0) return;
    const item = this.checker.isArrayType(type)
      ? this.checker.getTypeArguments(type as ts.TypeReference)[0]
      : undefined;
    if (item) {
      this.ofType(owner, item, [...path, "[]"]);
      return;
    }
    const values = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values) {
      this.places.push({ owner, path: [...path, "{key}"] });
      this.ofType(owner, values, [...path, "{}"]);
      return;
    }
    const symbol = type.aliasSymbol ?? type.symbol;
    const [declaration] = symbol.declarations ?? [];
    // An exported type has places of its own.
    if (declaration && isOurs(declaration) && !this.exported.has(symbol) && !ts.isClassDeclaration(declaration))
      this.ofProperties(owner, type, path);
  }
}

function isForUsers({ name, declarations = [] }: ts.Symbol): boolean {
  return (
    !name.startsWith("_") &&
    declarations.every((declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) === 0)
  );
}

function isOurs(declaration: ts.Node): boolean {
  return /^(constructs|lib)\//.test(relative(projectRoot, declaration.getSourceFile().fileName));
}
