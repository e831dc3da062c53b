import type { Declared } from "./go-program";

/** An instance of a function, for one of its calls. */
export interface Frame {
  readonly id: number;
  /** Number of calls between the function and the definition that is evaluated. */
  readonly depth: number;
  /** Frame of the function that contains a function literal. */
  readonly outer?: Frame;
}

/** An expression in an instance of the function that contains it. */
export interface Expression extends Declared {
  readonly frame: Frame;
  /** Type of a literal that does not repeat it, because it is an element of another literal. */
  readonly type?: Declared;
}

/** Values of the loop variables of a range clause or of the parameters of a function. */
export type Binding = ReadonlyMap<string, Expression>;

/** A range clause or function whose variables have no binding yet. */
export interface Choice extends Declared {
  readonly frame: Frame;
}

/** A key and value of a map, or the value of an array. */
export interface Item {
  readonly key?: Expression;
  readonly value: Expression;
}

/** Calls that are followed from a definition to its callers or results. */
export const MAX_DEPTH = 5;

/** The frame of code outside functions, and of the functions that contain definitions. */
export const OUTSIDE: Frame = { id: 0, depth: 0 };

/** Frames by function and call, so that repeated evaluations use the same ones. */
export class Frames {
  private readonly known = new Map<string, Frame>([["", OUTSIDE]]);

  public for(key: string, depth: number, outer?: Frame): Frame {
    const frame = this.known.get(key) ?? { id: this.known.size, depth, ...(outer ? { outer } : {}) };
    this.known.set(key, frame);
    return frame;
  }
}

/** Returns the values that the parameters of a function get from a call. */
export function bind(parameters: readonly string[], given: readonly Expression[]): Binding {
  return new Map(parameters.flatMap((name, index) => (given[index] ? [[name, given[index]] as const] : [])));
}

/** A key that is unique for each node and frame. */
export function keyOf({ node, file, frame }: Choice): string {
  return `${frame.id} ${file.path} ${node.from}`;
}
