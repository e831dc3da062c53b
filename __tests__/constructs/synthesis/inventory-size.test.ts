import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { AwsHub } from "../../support/aws-topology";
import { synth } from "../../support/synth";

/** What one variable of a program's environment may hold on Linux: 32 pages of memory (MAX_ARG_STRLEN, execve(2)). */
const LIMIT = 128 * 1024;

/** A made-up value of what Terraform finds out, as hard to compress as the real one. */
function found(expression: string): string {
  const digest = createHash("sha256").update(expression).digest();
  return expression.includes("_ip}")
    ? `10.72.${digest.readUInt8(0)}.${digest.readUInt8(1)}`
    : `i-0${digest.toString("hex", 0, 8)}`;
}

test("the inventory of a thousand servers fits in a variable of the environment", () => {
  const { inventory } = synth((stack) => {
    const hub = new AwsHub(stack);
    for (let index = 0; index < 999; index++) hub.member(`app-${index}`);
  });
  const text = JSON.stringify(inventory).replace(/\$\{[^}]*\}/g, found);
  expect(Object.keys(inventory.all.hosts)).toHaveLength(1000);
  expect(gzipSync(text).toString("base64").length).toBeLessThan(LIMIT);
}, 60_000);
