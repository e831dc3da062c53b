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

test("a library that is there needs nothing", async () => {
  files.header = true;
  await requireLibrary("promtail", library, ignore);
  expect(commands()).toEqual([]);
});

test("a root user of Debian gets what is missing", async () => {
  const lines: string[] = [];
  await requireLibrary("promtail", library, (line) => lines.push(line));
  expect(lines).toEqual(["installing libx-dev with apt-get"]);
  expect(commands()).toEqual(["apt-get update", "apt-get install --yes --no-install-recommends libx-dev"]);
});

test.each([
  ["another user", () => user.mockReturnValue(1000)],
  ["another system", () => (files.release = "ID=fedora\n")],
])("%s is told what to install", async (_, given) => {
  given();
  await expect(requireLibrary("promtail", library, ignore)).rejects.toThrow(
    "/usr/include/x.h is missing, and promtail is to be built from source: install the headers of libx (Debian: apt-get install libx-dev) and run this again",
  );
  expect(commands()).toEqual([]);
});

test("where that fails, apt-get's own words are shown", async () => {
  jest.mocked(run).mockResolvedValue({ code: 100, stdout: "", stderr: "E: no such package\n" });
  const lines: string[] = [];
  await expect(requireLibrary("promtail", library, (line) => lines.push(line))).rejects.toThrow(
    "apt-get update failed (see above); install the headers of libx",
  );
  expect(lines).toContain("E: no such package");
});
