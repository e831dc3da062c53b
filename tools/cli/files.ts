import { renameSync, writeFileSync } from "node:fs";

/** Writes a file in one step: a reader finds the old content or the new content. */
export function writeAtomically(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}
