import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SyntaxNode } from "@lezer/common";
import { GoFile, lastElement } from "./go-file";

/** A package as `go list -json` describes it. */
export interface GoPackage {
  readonly ImportPath: string;
  readonly Name?: string;
  readonly Dir?: string;
  readonly GoFiles?: readonly string[];
  readonly Imports?: readonly string[];
  readonly Standard?: boolean;
}

/** Generated files of this size, in bytes, are tables or protocols and define no metrics. */
const HUGE = 1_000_000;

/** A declaration and the file that contains it. */
export interface Declared {
  readonly node: SyntaxNode;
  readonly file: GoFile;
}

/** The packages of a program, without the standard library. Files are read and parsed when they are needed. */
export class GoProgram {
  private readonly packages: ReadonlyMap<string, GoPackage>;
  private readonly importers = new Map<string, string[]>();
  private readonly texts = new Map<string, ReadonlyMap<string, string>>();
  private readonly parsed = new Map<string, GoFile>();
  private readonly declarations = new Map<string, Declared | undefined>();
  private readonly foundCalls = new Map<string, Declared[]>();

  public constructor(packages: readonly GoPackage[]) {
    this.packages = new Map(packages.filter(({ Standard }) => !Standard).map((each) => [each.ImportPath, each]));
    for (const { ImportPath, Imports = [] } of this.packages.values())
      for (const imported of Imports)
        this.importers.set(imported, [...(this.importers.get(imported) ?? []), ImportPath]);
  }

  /** The import paths of the packages. */
  public get paths(): string[] {
    return [...this.packages.keys()];
  }

  /** The files of a package whose text contains all the given strings. */
  public files(packagePath: string, ...containing: readonly string[]): GoFile[] {
    return [...this.textsOf(packagePath)]
      .filter(([, text]) => containing.every((each) => text.includes(each)))
      .map(([path, text]) => {
        const file = this.parsed.get(path) ?? new GoFile(path, packagePath, text, (imported) => this.nameOf(imported));
        this.parsed.set(path, file);
        return file;
      });
  }

  /** The declaration of a name outside functions. */
  public declaration(packagePath: string, name: string): Declared | undefined {
    return remember(this.declarations, `${packagePath} ${name}`, () => this.findDeclaration(packagePath, name));
  }

  private findDeclaration(packagePath: string, name: string): Declared | undefined {
    for (const file of this.files(packagePath, name)) {
      const node = file.declarations.get(name);
      if (node) return { node, file };
    }
    return undefined;
  }

  /** The methods of a name in a package. */
  public methods(packagePath: string, name: string): Declared[] {
    return this.files(packagePath, name).flatMap((file) =>
      (file.methods.get(name) ?? []).map((node) => ({ node, file })),
    );
  }

  /** The calls of a function or method in its own package, and of an exported function in the packages that import it. */
  public calls(packagePath: string, name: string, isMethod: boolean): Declared[] {
    const key = `${packagePath} ${name} ${isMethod}`;
    return remember(this.foundCalls, key, () => this.findCalls(packagePath, name, isMethod));
  }

  private findCalls(packagePath: string, name: string, isMethod: boolean): Declared[] {
    const inside = this.files(packagePath, name).flatMap((file) => callsIn(file, name, isMethod ? undefined : ""));
    if (isMethod || !/^[A-Z]/.test(name)) return inside;
    const outside = (this.importers.get(packagePath) ?? []).flatMap((importer) =>
      this.files(importer, `.${name}`).flatMap((file) => {
        const [alias] = [...file.imports].find(([, imported]) => imported === packagePath) ?? [];
        return alias === undefined ? [] : callsIn(file, name, alias);
      }),
    );
    return [...inside, ...outside];
  }

  private nameOf(importPath: string): string {
    return this.packages.get(importPath)?.Name ?? lastElement(importPath);
  }

  private textsOf(packagePath: string): ReadonlyMap<string, string> {
    const known = this.texts.get(packagePath);
    if (known) return known;
    const { Dir = "", GoFiles = [] } = this.packages.get(packagePath) ?? {};
    const paths = GoFiles.filter((name) => !name.endsWith(".pb.go")).map((name) => join(Dir, name));
    const read = new Map(paths.map((path) => [path, readFileSync(path, "utf8")] as const));
    const texts = new Map([...read].filter(([, text]) => text.length < HUGE));
    this.texts.set(packagePath, texts);
    return texts;
  }
}

/** Returns the value of a key, which it computes once. */
function remember<T>(values: Map<string, T>, key: string, compute: () => T): T {
  const known = values.get(key);
  if (known !== undefined || values.has(key)) return known as T;
  const value = compute();
  values.set(key, value);
  return value;
}

/**
 * The calls of a function in a file.
 *
 * @param qualifier name of the function's package in the file, empty for the own package; undefined for methods
 */
function callsIn(file: GoFile, name: string, qualifier: string | undefined): Declared[] {
  const wanted = qualifier === "" ? name : `${qualifier ?? ""}.${name}`;
  return file
    .find("CallExpr")
    .filter((call) => {
      let called = call.firstChild;
      if (called?.name === "ParameterizedExpr") called = called.firstChild;
      return qualifier === undefined
        ? called?.name === "SelectorExpr" && file.textOf(called.lastChild) === name
        : file.textOf(called) === wanted;
    })
    .map((node) => ({ node, file }));
}
