import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../../../tools/cli/user-error";
import { checkHome, findChromium, Missing } from "../../../../tools/dev/screenshots/prerequisites";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function addProgram(path: string): string {
  const program = join(folder, path);
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, "#!/bin/sh\n");
  chmodSync(program, 0o755);
  return program;
}

describe("findChromium", () => {
  it("finds a browser on the PATH", () => {
    const chrome = addProgram("second/google-chrome");
    expect(findChromium({ PATH: [join(folder, "first"), dirname(chrome)].join(delimiter) })).toBe(chrome);
  });

  it("prefers Chromium to Chrome, independent of the order of the PATH", () => {
    const chrome = addProgram("first/google-chrome");
    const chromium = addProgram("second/chromium");
    expect(findChromium({ PATH: [dirname(chrome), dirname(chromium)].join(delimiter) })).toBe(chromium);
  });

  it("prefers CHROMIUM to the PATH", () => {
    const onPath = addProgram("bin/chromium");
    const chosen = addProgram("other/my-chromium");
    expect(findChromium({ CHROMIUM: chosen, PATH: dirname(onPath) })).toBe(chosen);
  });

  it("ignores folders and files that are not programs", () => {
    mkdirSync(join(folder, "chromium"));
    writeFileSync(join(folder, "google-chrome"), "");
    expect(() => findChromium({ PATH: folder })).toThrow(Missing);
  });

  it("says how to get a browser", () => {
    expect(() => findChromium({ PATH: folder })).toThrow(
      'no Chromium is on the PATH: install it (Debian: "apt-get install chromium")',
    );
  });

  it("rejects a CHROMIUM that is not a program", () => {
    expect(() => findChromium({ CHROMIUM: folder })).toThrow(UserError);
    expect(() => findChromium({ CHROMIUM: folder })).toThrow(`CHROMIUM: "${folder}" is not a program`);
  });
});

describe("checkHome", () => {
  it("accepts a folder with the server and the web UI", () => {
    addProgram("bin/grafana");
    mkdirSync(join(folder, "public", "build"), { recursive: true });
    expect(() => {
      checkHome(folder);
    }).not.toThrow();
  });

  it("names all missing parts", () => {
    expect(() => {
      checkHome(folder);
    }).toThrow(`the Grafana home "${folder}" lacks bin/grafana and public/build`);
  });

  it("rejects a Grafana without a built web UI", () => {
    addProgram("bin/grafana");
    expect(() => {
      checkHome(folder);
    }).toThrow("lacks public/build: use the folder of an extracted Grafana release");
  });
});
