/** A line that a program printed, with its time in seconds since a start. */
export interface TimedLine {
  readonly at: number;
  readonly text: string;
}
