import { UserError } from "../../../../tools/cli/user-error";
import { parseOptions } from "../../../../tools/dev/bench/options";

const KNOWN = ["synthesis", "deploy"];

describe("parseOptions", () => {
  it("selects all benchmarks with their default repetitions", () => {
    expect(parseOptions([], KNOWN)).toEqual({ help: false, benchmarks: KNOWN, sizes: [10, 100, 1000] });
  });

  it("selects benchmarks and keeps their order", () => {
    expect(parseOptions(["deploy", "synthesis"], KNOWN).benchmarks).toEqual(KNOWN);
    expect(parseOptions(["deploy", "deploy"], KNOWN).benchmarks).toEqual(["deploy"]);
  });

  it("parses repetitions, sizes and a file", () => {
    const args = ["synthesis", "--repeat", "3", "--sizes", "100, 10,100", "--out", "results.json"];
    expect(parseOptions(args, KNOWN)).toEqual({
      help: false,
      benchmarks: ["synthesis"],
      repeat: 3,
      sizes: [10, 100],
      out: "results.json",
    });
  });

  it.each([
    [["deployment"], 'unknown benchmark "deployment": use synthesis, deploy'],
    [["--repeat", "0"], '--repeat: "0" is not a whole number from 1 to 999999'],
    [["--repeat", "1.5"], '--repeat: "1.5" is not a whole number'],
    [["--repeat", "many"], '--repeat: "many" is not a whole number'],
    [["--sizes", "10,,100"], '--sizes: "" is not a whole number'],
    [["--sizes", "ten"], '--sizes: "ten" is not a whole number'],
  ])("rejects %j", (args, message) => {
    expect(() => parseOptions(args, KNOWN)).toThrow(UserError);
    expect(() => parseOptions(args, KNOWN)).toThrow(message);
  });

  it("rejects an unknown option", () => {
    expect(() => parseOptions(["--everything"], KNOWN)).toThrow("--everything");
  });
});
