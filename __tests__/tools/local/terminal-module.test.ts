import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { requireTerminalModule } from "../../../tools/local/terminal-module";

const PREBUILT = join("prebuilds", `${process.platform}-${process.arch}`);
let modules = "";

beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), "modules-"));
});

afterEach(() => {
  rmSync(modules, { recursive: true });
});

/** Checks a module of cdktf-cli that contains one program. */
function check(program: string): void {
  const file = join(modules, "@cdktf/node-pty-prebuilt-multiarch", program);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  requireTerminalModule(modules);
}

it.each([join(PREBUILT, `node.abi${process.versions.modules}.node`), join("build", "Release", "pty.node")])(
  "accepts a module with the program %s",
  (program) => {
    expect(() => {
      check(program);
    }).not.toThrow();
  },
);

it.each([join(PREBUILT, "node.abi1.node"), join("prebuilds", "other-system", "node.abi1.node")])(
  "names the version that works if the module contains only the program %s",
  (program) => {
    expect(() => {
      check(program);
    }).toThrow(
      `cdktf-cli does not run on Node.js ${process.versions.node}, because its module @cdktf/node-pty-prebuilt-multiarch contains no program for this version: use Node.js 22`,
    );
  },
);
