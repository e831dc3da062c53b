/** A line that a program printed, and how many seconds after some beginning. */
export interface Line {
  readonly at: number;
  readonly text: string;
}
