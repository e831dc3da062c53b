import { phases } from "../../../../../tools/dev/bench/deploy/phases";

/** Lines as `npm run up` prints them without a terminal, each with its time in front. */
function lines(text: string): { at: number; text: string }[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, at = "", rest = ""] = /^\s*(\S+) (.*)$/.exec(line) ?? [];
      return { at: Number(at), text: rest };
    });
}

describe("phases", () => {
  it("derives the phases from the steps and from Terraform's progress", () => {
    const up = lines(`
      1 [STARTED] Preparing this machine
      1 [STARTED] Ansible
      2 [COMPLETED] Ansible
      3 [COMPLETED] Preparing this machine
      3 [STARTED] Deploying the stack "local"
      8 [OUTPUT] monitoring/artifacts: creating...
      8 [OUTPUT] network: creating...
      9 [OUTPUT] network/server["app"]: creating...
      9 [OUTPUT] app: up at 198.18.0.2 in 1.2 s
      11 [OUTPUT] network/server["app"]: creation complete after 2s
      11 [OUTPUT] monitoring/site: creating...
      20 [OUTPUT] monitoring/site: creation complete after 9s
      21 [COMPLETED] Deploying the stack "local"
      21 Prometheus   http://198.18.0.2:9090`);
    expect(phases(up)).toEqual([
      { name: "start of npm and the command", seconds: 1 },
      { name: "Preparing this machine", seconds: 2 },
      { name: "Ansible", seconds: 1 },
      { name: 'Deploying the stack "local"', seconds: 18 },
      { name: "of that, synthesis, init, plan", seconds: 5 },
      { name: "of that, the servers", seconds: 3 },
    ]);
  });

  it("returns only steps if nothing changed", () => {
    const up = lines(`
      1 [STARTED] Deploying the stack "local"
      4 [OUTPUT] No changes. Your infrastructure matches the configuration.
      5 [COMPLETED] Deploying the stack "local"`);
    expect(phases(up).map(({ name }) => name)).toEqual(["start of npm and the command", 'Deploying the stack "local"']);
  });

  it("returns no phases without output", () => {
    expect(phases([])).toEqual([]);
  });
});
