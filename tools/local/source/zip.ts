import { readFileSync, writeFileSync } from "node:fs";
import { crc32, deflateRawSync } from "node:zlib";
import { createHash } from "node:crypto";

/**
 * Packs one program into a zip archive and returns its SHA-256. The archive is reproducible.
 *
 * @param name name of the program in the archive
 * @param time time of the program. The archive stores it in UTC with a precision of two seconds.
 */
export function zip(archive: string, name: string, file: string, time: Date): string {
  const data = readFileSync(file);
  // The archive is read once or twice on this machine, so speed matters more than size.
  const packed = deflateRawSync(data, { level: 1 });
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // version needed to extract: 2.0
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
    Buffer.from([20, 3]), // made by version 2.0 on Unix, which defines the meaning of the mode
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

/** Unix mode of an executable regular file. */
const EXECUTABLE_FILE = 0o100755;
