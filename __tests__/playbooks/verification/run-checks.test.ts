import { runChecks } from "./check";

describe("run_checks.py", () => {
  it("prints the results in the order of the request", async () => {
    const modules = { slow: 'import time; time.sleep(0.5); print("1")', quick: "import sys; print(sys.argv[1:])" };
    expect(await runChecks({ slow: [], quick: ["url", 3] }, modules)).toEqual([
      "check=slow 1",
      "check=quick ['url', '3']",
    ]);
  });

  it("ends a check that takes too long, and prints the results of the others", async () => {
    const modules = { endless: "while True: pass", quick: 'print("2")' };
    expect(await runChecks({ endless: [], quick: [] }, modules, 2)).toEqual([
      'check=endless {"error": "the check did not end within 2 s"}',
      "check=quick 2",
    ]);
  });
});
