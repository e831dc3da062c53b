import { existsSync, readFileSync } from "node:fs";
import { run } from "../../../../tools/cli/process";
import { requireLibrary } from "../../../../tools/local/source/system-library";

jest.mock("node:fs", () => {
  const actual = jest.requireActual<typeof import("node:fs")>("node:fs");
  return { ...actual, existsSync: jest.fn(actual.existsSync), readFileSync: jest.fn(actual.readFileSync) };
});
jest.mock("../../../../tools/cli/process", () => ({
  ...jest.requireActual<typeof import("../../../../tools/cli/process")>("../../../../tools/cli/process"),
  run: jest.fn(),
}));

const library = { name: "libx", header: "/usr/include/x.h", package: "libx-dev" };
const files = { header: false, release: "ID=debian\n" };
const user = jest.spyOn(process, "getuid");
beforeEach(() => {
  Object.assign(files, { header: false, release: "ID=debian\n" });
  user.mockReturnValue(0);
  jest.mocked(existsSync).mockImplementation((path) => path !== library.header || files.header);
  jest.mocked(readFileSync).mockImplementation(() => files.release);
  jest.mocked(run).mockReset().mockResolvedValue({ code: 0, stdout: "", stderr: "" });
});
afterAll(() => {
  user.mockRestore();
});

const ignore = (): void => undefined;
const commands = () => jest.mocked(run).mock.calls.map(([program, args]) => [program, ...args.slice(3)].join(" "));

it("does nothing if the library is installed", async () => {
  files.header = true;
  await requireLibrary("promtail", library, ignore);
  expect(commands()).toEqual([]);
});

it("installs the missing package as root on Debian", async () => {
  const lines: string[] = [];
  await requireLibrary("promtail", library, (line) => lines.push(line));
  expect(lines).toEqual(["installing libx-dev with apt-get"]);
  expect(commands()).toEqual(["apt-get update", "apt-get install --yes --no-install-recommends libx-dev"]);
});

it.each([
  ["another user than root", () => user.mockReturnValue(1000)],
  ["another system", () => (files.release = "ID=fedora\n")],
])("names the package to install for %s", async (_, given) => {
  given();
  await expect(requireLibrary("promtail", library, ignore)).rejects.toThrow(
    "/usr/include/x.h is missing, which the source build of promtail needs: install the headers of libx (Debian: apt-get install libx-dev) and run this command again",
  );
  expect(commands()).toEqual([]);
});

it("logs the output of apt-get if the installation fails", async () => {
  jest.mocked(run).mockResolvedValue({ code: 100, stdout: "", stderr: "E: no such package\n" });
  const lines: string[] = [];
  await expect(requireLibrary("promtail", library, (line) => lines.push(line))).rejects.toThrow(
    "apt-get update failed (see above): install the headers of libx",
  );
  expect(lines).toContain("E: no such package");
});
