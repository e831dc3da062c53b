import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as api from "../constructs";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Code without what formatting decides. */
const bare = (code: string): string => code.replace(/\s+/g, "").replace(/,([}\])])/g, "$1");

test("the README's example is that of main.ts", () => {
  const [, example = ""] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  const main = bare(readFileSync(join(root, "main.ts"), "utf8"));
  const statements = example.split(/;\n/).map(bare).filter(Boolean);
  expect(statements.length).toBeGreaterThan(5);
  // The names of the network can be set from outside, which the README leaves out.
  for (const statement of statements.slice(1)) expect(main).toContain(statement);
  expect(main).toContain('newLocalNetwork(this,"network"');
});

test("every script that the README names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run ([a-z:0-9]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test("every construct that the README names is exported", () => {
  const table = /## The pieces\n([^]*?)\n## /.exec(readme)?.[1] ?? "";
  const named = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) =>
    cell.replaceAll("`", "").split(", "),
  );
  expect(named.length).toBeGreaterThan(7);
  expect(Object.keys(api)).toEqual(expect.arrayContaining(named));
});
