import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { AwsHub } from "../../support/aws-topology";
import { synth } from "../../support/synth";

/** Maximum size of one environment variable on Linux: 32 pages of memory (MAX_ARG_STRLEN, execve(2)). */
const LIMIT = 128 * 1024;

/** Returns a value for a Terraform expression that compresses as badly as a real one. */
function fakeValue(expression: string): string {
  const digest = createHash("sha256").update(expression).digest();
  return expression.includes("_ip}")
    ? `10.72.${digest.readUInt8(0)}.${digest.readUInt8(1)}`
    : `i-0${digest.toString("hex", 0, 8)}`;
}

test("fits the inventory of a thousand servers into one environment variable", () => {
  const { inventory } = synth((stack) => {
    const hub = new AwsHub(stack);
    for (let index = 0; index < 999; index++) hub.member(`app-${index}`);
  });
  const text = JSON.stringify(inventory).replace(/\$\{[^}]*\}/g, fakeValue);
  expect(Object.keys(inventory.all.hosts)).toHaveLength(1000);
  expect(gzipSync(text).toString("base64").length).toBeLessThan(LIMIT);
}, 60_000);
