// snappyjs, because Node compresses no Snappy.
import { compress } from "snappyjs";

/** Labels of a stream: by name, or as a text of its own. */
export type StreamLabels = Readonly<Record<string, string>> | string;

/** A stream of lines, the newest one with the present time. */
export interface PushedStream {
  readonly labels: StreamLabels;
  readonly lines: readonly string[];
}

/** Returns the labels of a stream as log agents write them. */
function labelText(labels: StreamLabels): string {
  if (typeof labels === "string") return labels;
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}

/** Returns a request to Loki's push API as log agents send it: the message `PushRequest`, compressed with Snappy. */
export function pushRequest(...streams: readonly PushedStream[]): Buffer {
  return Buffer.from(compress(pushMessage(...streams)));
}

/** Returns the message `PushRequest` of Loki's `push.proto`. */
function pushMessage(...streams: readonly PushedStream[]): Buffer {
  const now = Date.now();
  return Buffer.concat(
    streams.map(({ labels, lines }) => {
      const entries = lines.map((line, index) => {
        const time = now - lines.length + index + 1;
        const timestamp = Buffer.concat([
          field(1, 0, varint(Math.floor(time / 1000))),
          field(2, 0, varint((time % 1000) * 1e6)),
        ]);
        return bytes(2, Buffer.concat([bytes(1, timestamp), bytes(2, Buffer.from(line))]));
      });
      return bytes(1, Buffer.concat([bytes(1, Buffer.from(labelText(labels))), ...entries]));
    }),
  );
}

/** Returns a field of Protocol Buffers with a length. */
export function bytes(number: number, value: Buffer): Buffer {
  return field(number, 2, Buffer.concat([varint(value.length), value]));
}

/** Returns a field of Protocol Buffers. */
export function field(number: number, wireType: number, value: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | wireType), value]);
}

/** Returns a number as Protocol Buffers and Snappy write it. */
export function varint(value: number): Buffer {
  const digits: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) digits.push((value % 128) | 128);
  return Buffer.from([...digits, value]);
}
