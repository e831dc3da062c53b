/** A text for people, from a docstring. */
export interface Doc {
  /** What is said before the first tag. */
  readonly text: string;
  /** @default - none */
  readonly default?: string;
  /** In which cases it throws. @default - in none */
  readonly throws?: string;
  /** What it returns, where that is said. */
  readonly returns?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A type as it is written, and the names in it that are ours. */
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

/** A method, a static one, or a constructor. */
export interface Method {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: TypeText;
  readonly doc: Doc;
}

/** What is exported under one name. */
export interface Entry {
  readonly name: string;
  readonly kind: "class" | "interface" | "enum" | "type" | "other";
  readonly abstract: boolean;
  /** Where it stands, from the project's root. */
  readonly file: string;
  readonly doc: Doc;
  /** What it extends and implements. */
  readonly bases: readonly TypeText[];
  /** Those of bases that are ours are among the following. @default - one that is nobody's to call */
  readonly constructed?: Method;
  readonly statics: readonly Method[];
  readonly properties: readonly Property[];
  readonly methods: readonly Method[];
}

/** The public API. */
export interface Api {
  /** By name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Types of ours in public signatures that are not exported, and where they are used. */
  readonly unexported: ReadonlyMap<string, readonly string[]>;
}

/** Where an entry's signatures name types of ours, that they need to be understood. */
export function namesIn({ bases, constructed, statics, properties, methods }: Entry): string[] {
  const calls = [...(constructed ? [constructed] : []), ...statics, ...methods];
  const types = [
    ...bases,
    ...properties.map(({ type }) => type),
    ...calls.flatMap(({ parameters, returns }) => [...parameters.map(({ type }) => type), returns]),
  ];
  return [...new Set(types.flatMap(({ names }) => names))];
}
