import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** SHA-256 of a file in hexadecimal, or undefined if the file does not exist. */
export async function sha256File(file: string): Promise<string | undefined> {
  if (!existsSync(file)) {
    return undefined;
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

const WORK = ".work-";

/**
 * Creates a temporary folder inside another folder, and removes the temporary folders that killed processes left there.
 * The caller must hold a lock.
 */
export function makeWorkFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(WORK)) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(parent, WORK));
}
