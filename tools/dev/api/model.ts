/** The text of a docstring. */
export interface Doc {
  /** The text before the first tag. */
  readonly text: string;
  /** @default - the docstring has no tag `@default` */
  readonly default?: string;
  /** The condition of an error. @default - the docstring has no tag `@throws` */
  readonly throws?: string;
  /** The return value. @default - the docstring has no tag `@returns` */
  readonly returns?: string;
  /** Source code of the examples. */
  readonly examples: readonly string[];
  /** Descriptions of parameters by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * Whether the docstring has the tag `@extension`. A type with this tag is for extensions, such as custom components. A
   * member with this tag is described only with the abstract class or the interface that declares it.
   */
  readonly extension: boolean;
}

/** A type as the source code writes it, and the exported names in it. */
export interface TypeText {
  readonly text: string;
  readonly names: readonly string[];
}

/** A property, or a value of an enum. */
export interface Property {
  readonly name: string;
  readonly type: TypeText;
  readonly optional: boolean;
  readonly doc: Doc;
}

/** A parameter of a method. */
export interface Parameter {
  readonly name: string;
  readonly type: TypeText;
  readonly optional: boolean;
}

/** A method, a static method or a constructor. */
export interface Method {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: TypeText;
  readonly doc: Doc;
}

/** An exported name. */
export interface Entry {
  readonly name: string;
  readonly kind: "class" | "interface" | "enum" | "type" | "other";
  readonly abstract: boolean;
  /** Source file, relative to the project's root. */
  readonly file: string;
  /** Path in the package from which users import the name, such as `cdktf-monitoring`. */
  readonly module: string;
  readonly doc: Doc;
  /**
   * Types that it extends or implements. The following members include those of its base classes, except members for
   * extensions in a class that users construct.
   */
  readonly bases: readonly TypeText[];
  /** The public constructor. @default - users cannot construct it */
  readonly constructed?: Method;
  readonly statics: readonly Method[];
  readonly properties: readonly Property[];
  readonly methods: readonly Method[];
}

/** The public API. */
export interface Api {
  /** Exported names, sorted. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Types of this project that public signatures use but that are not exported, with the members that use them. */
  readonly unexported: ReadonlyMap<string, readonly string[]>;
}

/** The exported types that the signatures of an entry use. */
export function namesIn({ bases, constructed, statics, properties, methods }: Entry): string[] {
  const calls = [...(constructed ? [constructed] : []), ...statics, ...methods];
  const types = [
    ...bases,
    ...properties.map(({ type }) => type),
    ...calls.flatMap(({ parameters, returns }) => [...parameters.map(({ type }) => type), returns]),
  ];
  return [...new Set(types.flatMap(({ names }) => names))];
}
