import { Token } from "cdktf";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesHash, GeneratedFile } from "../../../lib/inventory/generated-file";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** Synthesizes a stack whose Prometheus has these files. */
function withFiles(...files: GeneratedFile[]): Synthesized {
  return synth((stack) => {
    Object.defineProperty(new Hub(stack).prometheus, "files", { value: files });
  });
}

const RULES = { path: "rules/own.yml", content: 'expr: up{job="${x}"} # {{ $labels.instance }}\n' };

test("writes files unchanged by kind and server, and adds their hash to the data of the run", () => {
  const synthesized = withFiles(RULES);
  expect(readFileSync(join(synthesized.directory, "files/prometheus/hub/rules/own.yml"), "utf8")).toBe(RULES.content);
  expect(synthesized.variables("prometheus", "hub").monitoring_files_sha256).toBe(filesHash([RULES]));
  const { provisioner } = synthesized.nullResource("test/monitoring/prometheus/Resource");
  expect(provisioner?.[0]?.["local-exec"].command).toMatch(/run\.py prometheus --files files\/prometheus$/);
});

test("writes no folder and no hash for a run without files", () => {
  const synthesized = withFiles();
  expect(synthesized.variables("prometheus", "hub")).not.toHaveProperty("monitoring_files_sha256");
  expect(existsSync(join(synthesized.directory, "files"))).toBe(false);
});

test("rejects values that only Terraform knows, with the component's path", () => {
  expect(() => withFiles({ path: "a.yml", content: `url: ${Token.asString({ resolve: () => "x" })}` })).toThrow(
    'test/hub/prometheus: the file "a.yml" contains a value that Terraform knows only at apply time',
  );
});

test("rejects paths outside of the folder, with the component's path", () => {
  expect(() => withFiles({ path: "../a.yml", content: "" })).toThrow(
    /^test\/hub\/prometheus: "\.\.\/a\.yml" is not the relative path of a file/,
  );
});
