import { basename } from "node:path";
import type { SyntaxNode } from "@lezer/common";
import { CLIENT, Evaluator } from "./evaluator";
import { Frames, OUTSIDE, type Expression } from "./expression";
import { argumentsOf, fieldOf } from "./literals";
import type { GoFile } from "./go-file";
import type { GoProgram } from "./go-program";
import { allTexts, products3, textsOf } from "./texts";

/** A metric that the sources of a program define. */
export interface Definition {
  /** Name as queries use it, with `*` for parts that the sources do not say. */
  readonly name: string;
  /** Import path of the package that defines the metric. */
  readonly package: string;
  /** Collector of node exporter. @default - the metric does not belong to a collector */
  readonly collector?: string;
}

const OPTIONS = /^(Counter|Gauge|Histogram|Summary|Untyped)?(Vec)?Opts$/;
const NAME = /^[a-zA-Z_:*][a-zA-Z0-9_:*]*$/;
/** Minimum number of letters in a name with unknown parts. */
const MIN_KNOWN = 6;

/** Returns the metrics that the packages of a program define with Prometheus' client library. */
export function definitions(program: GoProgram): Definition[] {
  const found = new Map<string, Definition>();
  for (const path of program.paths) {
    if (path.startsWith(CLIENT)) continue;
    const collectors = registeredCollectors(program, path);
    for (const file of program.files(path, CLIENT)) {
      const [collector] = [...collectors].filter(([stem]) => stemOf(file).startsWith(stem)).map(([, name]) => name);
      for (const name of namesIn(program, file))
        found.set(`${name} ${file.path}`, { name, package: path, ...(collector === undefined ? {} : { collector }) });
    }
  }
  return [...found.values()];
}

/** A prefix that a package puts before the names of the metrics of another package, or of its own. */
export interface Prefix {
  readonly prefix: string;
  /** Import path of the package that adds the prefix. */
  readonly package: string;
}

const WRAP = "WrapRegistererWithPrefix";

/** Returns the prefixes that the packages of a program add with `prometheus.WrapRegistererWithPrefix`. */
export function prefixes(program: GoProgram): Prefix[] {
  return program.paths.flatMap((path) =>
    program.files(path, WRAP).flatMap((file) =>
      file
        .find("CallExpr")
        .filter((call) => call.firstChild?.name === "SelectorExpr" && file.textOf(call.firstChild.lastChild) === WRAP)
        .flatMap((call) => {
          const [argument] = argumentsOf(call);
          if (!argument) return [];
          const texts = allTexts(newEvaluator(program), (each) =>
            textsOf(each, { node: argument, file, frame: OUTSIDE }),
          );
          return [...texts].filter((text) => !text.includes("*")).map((prefix) => ({ prefix, package: path }));
        }),
    ),
  );
}

const REGISTER = "registerCollector";

/** The collectors of node exporter, by the stem of the files that register them, longest stems first. */
function registeredCollectors(program: GoProgram, packagePath: string): Map<string, string> {
  const registered = program.files(packagePath, REGISTER).flatMap((file) =>
    file
      .find("CallExpr")
      .filter((call) => file.textOf(call.firstChild) === REGISTER)
      .flatMap((call) => {
        const [name] = argumentsOf(call);
        const texts = name ? textsOf(newEvaluator(program), { node: name, file, frame: OUTSIDE }) : [];
        return texts.map((text) => [stemOf(file), text] as const);
      }),
  );
  return new Map(registered.sort(([a], [b]) => b.length - a.length));
}

function newEvaluator(program: GoProgram): Evaluator {
  return new Evaluator(program, new Frames());
}

/** The name of a file without its platform: `cpu` for `cpu_linux.go` and `cpu_common.go`. */
function stemOf(file: GoFile): string {
  return basename(file.path, ".go").replace(/_(linux|common)$/, "");
}

function namesIn(program: GoProgram, file: GoFile): string[] {
  const frame = OUTSIDE;
  const at = (node: SyntaxNode | null | undefined): Expression | undefined =>
    node ? { node, file, frame } : undefined;
  const described = file.find("CallExpr").flatMap((call) => {
    if (!isDescription(file, call)) return [];
    const [name] = argumentsOf(call);
    return named([...allTexts(newEvaluator(program), (each) => textsOf(each, at(name)))], constantType(file, call));
  });
  const optioned = [...file.find("TypedLiteral"), ...file.find("LiteralValue")].flatMap((literal) => {
    const type = optionsType(file, literal);
    if (type === undefined) return [];
    const names = allTexts(newEvaluator(program), (each) => {
      const [namespace, subsystem, name] = ["Namespace", "Subsystem", "Name"].map((field) => {
        const value = fieldOf(program, { node: literal, file, frame }, field);
        return value ? textsOf(each, value) : undefined;
      });
      return name === undefined ? [] : products3([namespace ?? [""], subsystem ?? [""], name]);
    });
    return named([...names], type);
  });
  return [...described, ...optioned];
}

/** Valid names with the suffixes of a type. */
function named(names: readonly string[], type: string): string[] {
  // A single word is not a metric. It comes from a test, or is part of a name that the program completes.
  const valid = names.filter(
    (name) => NAME.test(name) && name.includes("_") && (!name.includes("*") || known(name) >= MIN_KNOWN),
  );
  return valid.flatMap((name) => suffixes(type).map((suffix) => name + suffix));
}

function known(name: string): number {
  return name.replace(/[*_]/g, "").length;
}

function suffixes(type: string): readonly string[] {
  if (type === "Histogram") return ["_bucket", "_count", "_sum"];
  return type === "Summary" ? ["", "_count", "_sum"] : [""];
}

/** Whether a call is `prometheus.NewDesc` or `prometheus.V2.NewDesc`. */
function isDescription(file: GoFile, call: SyntaxNode): boolean {
  const callee = call.firstChild;
  if (callee?.name !== "SelectorExpr" || file.textOf(callee.lastChild) !== "NewDesc") return false;
  const [alias = ""] = file.textOf(callee.firstChild).split(".");
  return file.imports.get(alias) === CLIENT;
}

/** The type of the constant metrics of a description, by the calls that use the variable or field it is assigned to. */
function constantType(file: GoFile, call: SyntaxNode): string {
  const parent = call.parent;
  const target = parent?.name === "Element" ? parent.getChild("Key") : (parent?.firstChild ?? null);
  const name = file.textOf(target).split(".").at(-1) ?? "";
  if (!/^\w+$/.test(name)) return "";
  return new RegExp(`NewConst(Histogram|Summary)\\(\\s*(?:\\w+\\.)*${name}\\b`).exec(file.text)?.[1] ?? "";
}

/** The type of the metric that a literal such as `prometheus.CounterOpts{…}` describes, or undefined. */
function optionsType(file: GoFile, literal: SyntaxNode): string | undefined {
  let type: SyntaxNode | null = null;
  if (literal.name === "TypedLiteral") type = literal.firstChild;
  else if (literal.parent?.name === "Element") {
    const list = literal.parent.parent?.parent;
    type = list?.name === "TypedLiteral" ? (list.firstChild?.getChildren("Type").at(-1) ?? null) : null;
  }
  if (type?.name !== "QualifiedType" || !file.imports.get(file.textOf(type.firstChild))?.includes("prometheus"))
    return undefined;
  const match = OPTIONS.exec(file.textOf(type.lastChild));
  return match ? (match[1] ?? "") : undefined;
}
