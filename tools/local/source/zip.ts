import { readFileSync, writeFileSync } from "node:fs";
import { crc32, deflateRawSync } from "node:zlib";
import { createHash } from "node:crypto";

/**
 * Packs one program into a zip archive, and returns its SHA-256. The same program gives the same bytes.
 *
 * @param name the program's name in the archive
 * @param time the program's, of which the archive holds seconds in pairs, in UTC
 */
export function zip(archive: string, name: string, file: string, time: Date): string {
  const data = readFileSync(file);
  // The archive is read once or twice on this machine: speed counts, size doesn't.
  const packed = deflateRawSync(data, { level: 1 });
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // the version that can read it: 2.0
  shared.writeUInt16LE(0, 2); // no flags
  shared.writeUInt16LE(8, 4); // deflated
  shared.writeUInt16LE((time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1), 6);
  shared.writeUInt16LE(((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate(), 8);
  shared.writeUInt32LE(crc32(data), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(data.length, 18);
  shared.writeUInt16LE(Buffer.byteLength(name), 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, Buffer.from(name), packed]);

  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(EXECUTABLE_FILE * 0x10000, 6);
  const central = Buffer.concat([
    Buffer.from("PK\x01\x02", "latin1"),
    Buffer.from([20, 3]), // made by version 2.0 on Unix, which is what the mode is about
    shared,
    rest,
    Buffer.from(name),
  ]);

  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);

  const bytes = Buffer.concat([local, central, end]);
  writeFileSync(archive, bytes);
  return createHash("sha256").update(bytes).digest("hex");
}

/** A regular file that may be run, as Unix writes it. */
const EXECUTABLE_FILE = 0o100755;
