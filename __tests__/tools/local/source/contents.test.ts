import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contents } from "../../../../tools/local/source/contents";

describe("contents", () => {
  it("returns the files of upstream's archive: flat, or with the folders of the module", () => {
    const module = mkdtempSync(join(tmpdir(), "module-"));
    mkdirSync(join(module, "public/app/panel/__mocks__"), { recursive: true });
    const files = [
      "LICENSE",
      "public/app/panel/plugin.json",
      "public/app/panel/module.tsx",
      "public/app/panel/__mocks__/a.json",
    ];
    for (const file of files) {
      writeFileSync(join(module, file), "");
    }
    const source = { name: "m", module: "example.org/m", packages: ["pkg/cmd/server"], tags: [] };
    const names = (tree: boolean, wanted: string[]) =>
      contents({ ...source, tree, files: wanted }, "/programs", module).map(
        ({ name, executable }) => `${name} ${executable}`,
      );
    expect(names(true, ["LICENSE", "public"])).toEqual([
      "bin/server true",
      "LICENSE false",
      "public/app/panel/plugin.json false",
    ]);
    expect(names(false, ["public/app/panel/plugin.json"])).toEqual(["server true", "plugin.json false"]);
    rmSync(module, { recursive: true });
  });
});
