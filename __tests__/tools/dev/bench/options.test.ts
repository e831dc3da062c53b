import { UserError } from "../../../../tools/cli/common";
import { parseOptions } from "../../../../tools/dev/bench/options";

const KNOWN = ["synthesis", "deploy"];

describe("the command line of the benchmarks", () => {
  test("means all of them, with their own repetitions, when it is empty", () => {
    expect(parseOptions([], KNOWN)).toEqual({ help: false, benchmarks: KNOWN, sizes: [10, 100, 1000] });
  });

  test("chooses benchmarks, which run in their own order", () => {
    expect(parseOptions(["deploy", "synthesis"], KNOWN).benchmarks).toEqual(KNOWN);
    expect(parseOptions(["deploy", "deploy"], KNOWN).benchmarks).toEqual(["deploy"]);
  });

  test("takes repetitions, sizes and a file", () => {
    const args = ["synthesis", "--repeat", "3", "--sizes", "100, 10,100", "--out", "results.json"];
    expect(parseOptions(args, KNOWN)).toEqual({
      help: false,
      benchmarks: ["synthesis"],
      repeat: 3,
      sizes: [10, 100],
      out: "results.json",
    });
  });

  test.each([
    [["deployment"], '"deployment" is no benchmark: there are synthesis, deploy'],
    [["--repeat", "0"], '--repeat: "0" is not a whole number from 1 to 999999'],
    [["--repeat", "1.5"], '--repeat: "1.5" is not a whole number'],
    [["--repeat", "many"], '--repeat: "many" is not a whole number'],
    [["--sizes", "10,,100"], '--sizes: "" is not a whole number'],
    [["--sizes", "ten"], '--sizes: "ten" is not a whole number'],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args, KNOWN)).toThrow(UserError);
    expect(() => parseOptions(args, KNOWN)).toThrow(message);
  });

  test("refuses an option that it does not know", () => {
    expect(() => parseOptions(["--everything"], KNOWN)).toThrow("--everything");
  });
});
