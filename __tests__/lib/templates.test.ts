import { Token } from "cdktf";
import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value, Variables } from "../../lib/inventory/variables";
import { literalForAnsible, literalForTerraform } from "../../lib/templates";
import { terraform, terraformTest } from "../support/terraform";

/** Removes the marks that only Ansible reads. */
function withoutMarks(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutMarks);
  if (value === null || typeof value !== "object") return value;
  const variables = value as Variables;
  return (
    variables.__ansible_unsafe ??
    Object.fromEntries(Object.entries(variables).map(([key, inner]) => [key, withoutMarks(inner)]))
  );
}

describe("the text of users", () => {
  test("may contain tokens, which stay as they are", () => {
    expect(literalForTerraform("${TfToken[TOKEN.0]} and ${x}")).toBe("${TfToken[TOKEN.0]} and $${x}");
    expect(literalForTerraform("$${TfToken[TOKEN.0]}")).toBe('${"$"}${TfToken[TOKEN.0]}');
    expect(literalForTerraform([Token.asList({ resolve: () => ["a"] })])).toEqual([
      [expect.stringMatching(/^#\{TfToken/)],
    ]);
  });

  test("is escaped in keys, lists and maps", () => {
    expect(literalForTerraform({ "${a}": ["%{b}", { c: "${d}", e: null, f: 1 }] })).toEqual({
      "$${a}": ["%%{b}", { c: "$${d}", e: null, f: 1 }],
    });
  });

  test("must not name a key that has a meaning in Ansible", () => {
    expect(() => literalForAnsible({ list: [{ __ansible_vault: "x" }] })).toThrow(
      '"__ansible_vault" has a meaning in Ansible: choose a name that does not begin with "__ansible_"',
    );
  });

  terraformTest("survives Terraform unchanged", () => {
    const piece = fc.constantFrom(
      "$",
      "${",
      "$${",
      "%{",
      "%%{",
      "{{ x }}",
      "{% if %}",
      "{#",
      "}",
      '"',
      "\\",
      "\n",
      "\\d",
      "é",
      "if",
      " ",
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    const samples: Variables = Object.fromEntries(
      fc
        .sample(text, { numRuns: 300, seed: 1 })
        .map((sample, index) => [`${sample}${index}`, [sample, { inner: sample }]]),
    );
    const directory = mkdtempSync(join(tmpdir(), "templates-"));
    try {
      writeFileSync(
        join(directory, "main.tf.json"),
        JSON.stringify({
          locals: { data: literalForTerraform(literalForAnsible(samples)) },
          output: { data: { value: "${jsonencode(local.data)}" } },
        }),
      );
      terraform(directory, "init", "-input=false", "-no-color");
      terraform(directory, "apply", "-auto-approve", "-input=false", "-no-color");
      expect(withoutMarks(JSON.parse(terraform(directory, "output", "-raw", "data")) as Value)).toEqual(samples);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
