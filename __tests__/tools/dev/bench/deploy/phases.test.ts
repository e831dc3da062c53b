import { phases } from "../../../../../tools/dev/bench/deploy/phases";

/** Lines as `npm run up` prints them where no terminal is, with the seconds before them. */
function lines(text: string): { at: number; text: string }[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, at = "", rest = ""] = /^\s*(\S+) (.*)$/.exec(line) ?? [];
      return { at: Number(at), text: rest };
    });
}

describe("the phases of a command", () => {
  test("follow from its steps and Terraform's progress", () => {
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
      { name: "starting npm and the tool", seconds: 1 },
      { name: "Preparing this machine", seconds: 2 },
      { name: "Ansible", seconds: 1 },
      { name: 'Deploying the stack "local"', seconds: 18 },
      { name: "of it synthesis, init, plan", seconds: 5 },
      { name: "of it the servers", seconds: 3 },
    ]);
  });

  test("have no resources when nothing changed", () => {
    const up = lines(`
      1 [STARTED] Deploying the stack "local"
      4 [OUTPUT] No changes. Your infrastructure matches the configuration.
      5 [COMPLETED] Deploying the stack "local"`);
    expect(phases(up).map(({ name }) => name)).toEqual(["starting npm and the tool", 'Deploying the stack "local"']);
  });

  test("are none where nothing was printed", () => {
    expect(phases([])).toEqual([]);
  });
});
