import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** A file in an archive. */
export interface ArchiveEntry {
  /** Path in the archive, below its top folder if it has one. */
  readonly name: string;
  /** Path of the file on this machine. */
  readonly file: string;
  readonly executable: boolean;
}

/**
 * Packs files into a gzipped tar archive and returns its SHA-256. The archive is reproducible: files are sorted, owned by
 * user 0, and have the same time.
 *
 * @param top name of the top folder in the archive; undefined for none
 * @param time in seconds since 1970
 */
export async function pack(
  archive: string,
  top: string | undefined,
  entries: readonly ArchiveEntry[],
  time: number,
): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(
    tar(top, entries, time),
    // The archive is read once or twice on this machine, so speed matters more than size.
    createGzip({ level: 1 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(archive),
  );
  return hash.digest("hex");
}

async function* tar(top: string | undefined, entries: readonly ArchiveEntry[], time: number): AsyncGenerator<Buffer> {
  const folder = top === undefined ? "" : `${top}/`;
  if (folder !== "") yield tarHeader({ name: folder, size: 0, mode: 0o755, time });
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const size = statSync(entry.file).size;
    yield tarHeader({ name: `${folder}${entry.name}`, size, mode: entry.executable ? 0o755 : 0o644, time });
    for await (const chunk of createReadStream(entry.file, { highWaterMark: 1 << 20 })) {
      yield chunk as Buffer;
    }
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

const BLOCK = 512;

/** The header block of a file in POSIX ustar format. A name with a trailing slash is a folder. */
export function tarHeader(entry: { name: string; size: number; mode: number; time: number }): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, name] = splitName(entry.name);
  const octal = (value: number, offset: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset);
  block.write(name, 0);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.size, 124, 12);
  octal(entry.time, 136, 12);
  block.write(entry.name.endsWith("/") ? "5" : "0", 156);
  block.write("ustar\x0000", 257);
  block.write(prefix, 345);
  // The checksum treats its own field as spaces.
  block.write(" ".repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** The prefix and the name of a header. Names longer than 100 bytes are split at a slash. */
function splitName(name: string): readonly [string, string] {
  if (Buffer.byteLength(name) <= 100) {
    return ["", name];
  }
  for (let slash = name.indexOf("/"); slash >= 0; slash = name.indexOf("/", slash + 1)) {
    const [prefix, rest] = [name.slice(0, slash), name.slice(slash + 1)];
    if (Buffer.byteLength(rest) <= 100 && Buffer.byteLength(prefix) <= 155) {
      return [prefix, rest];
    }
  }
  throw new Error(`the name "${name}" is too long for a tar header`);
}
