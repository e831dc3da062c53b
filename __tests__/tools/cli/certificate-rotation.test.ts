import {
  AuthorityState,
  certificatesOf,
  describe as describeState,
  rotate,
} from "../../../tools/cli/certificate-rotation";

const AGAIN = "npx cdktf-monitoring rotate --certificates";

/** A fleet with an authority, whose runs fail on some servers. */
class Fleet {
  public readonly log: string[] = [];
  public readonly calls: string[] = [];
  public failing: Readonly<Record<string, readonly string[]>> = {};

  public constructor(public phase = 0) {}

  public async rotate(): Promise<boolean> {
    return rotate(
      {
        runs: [
          { name: "node_exporter", servers: ["app", "hub"] },
          { name: "prometheus", servers: ["hub"] },
        ],
        authority: async (completed) => {
          if (completed === this.phase) this.phase = (this.phase + 1) % 4;
          return Promise.resolve(this.state);
        },
        apply: async ({ name }) => {
          this.calls.push(`${this.phase} ${name}`);
          return Promise.resolve(this.failing[name] ?? []);
        },
      },
      (line) => this.log.push(line),
      AGAIN,
    );
  }

  private get state(): AuthorityState {
    return { server: "hub", phase: this.phase, until: "2036-11-27" };
  }
}

describe("a rotation of certificates", () => {
  it("starts all runs in each of the three phases", async () => {
    const fleet = new Fleet();
    expect(await fleet.rotate()).toBe(true);
    expect(fleet.calls).toEqual([1, 2, 3].flatMap((phase) => [`${phase} node_exporter`, `${phase} prometheus`]));
    expect(fleet.phase).toBe(0);
    expect(fleet.log).toEqual([
      "Phase 1 of 3: all components trust the new authority in addition to the old one",
      "Phase 2 of 3: all components get certificates of the new authority",
      "Phase 3 of 3: all components stop trusting the old authority",
      "Replaced the authority on hub, and the certificates of 3 components on 2 servers.",
      "The new authority is valid until 2036-11-27.",
    ]);
  });

  it("stops after the phase in which a server failed, and continues there", async () => {
    const fleet = new Fleet();
    fleet.failing = { node_exporter: ["app"] };
    expect(await fleet.rotate()).toBe(false);
    // The other runs of the phase are not held up.
    expect(fleet.calls).toEqual(["1 node_exporter", "1 prometheus"]);
    expect(fleet.phase).toBe(1);
    expect(fleet.log.at(-1)?.split("\n")).toEqual([
      "Phase 1 of 3 is not complete. All connections keep working. It failed on:",
      "  node_exporter: app",
      "Make these servers reachable, or remove them from the stack and deploy. Then continue:",
      `  ${AGAIN}`,
    ]);
    fleet.failing = {};
    fleet.calls.splice(0);
    expect(await fleet.rotate()).toBe(true);
    expect(fleet.calls.map((call) => call[0])).toEqual(["1", "1", "2", "2", "3", "3"]);
    expect(fleet.log).toContain("Continuing the rotation that an earlier call began.");
  });

  it.each([2, 3])("continues with phase %i", async (phase) => {
    const fleet = new Fleet(phase);
    expect(await fleet.rotate()).toBe(true);
    expect(fleet.calls[0]).toBe(`${phase} node_exporter`);
    expect(fleet.phase).toBe(0);
  });
});

describe("the certificates of a stack", () => {
  const certificate = { monitoring_certificate: {} };
  const inventory = JSON.stringify({
    all: {
      children: {
        run_certificate_authority: { hosts: { hub: {} } },
        run_node_exporter: { hosts: { hub: certificate, app: certificate } },
        run_prometheus: { hosts: { hub: {} }, vars: certificate },
        run_grafana: { hosts: { hub: {} }, vars: {} },
        run_cleanup: {},
      },
    },
  });
  const commands = (prefix: string, ...names: string[]): ReadonlyMap<string, never> =>
    new Map(names.map((name) => [`${prefix}${name}`, { name, command: "", state: "", inventory } as never]));

  it("are those of the runs whose variables contain one", () => {
    const [found, ...others] = certificatesOf(
      commands("", "certificate_authority", "node_exporter", "prometheus", "grafana", "cleanup"),
    );
    expect(found?.runs.map(({ name, servers }) => [name, servers])).toEqual([
      ["node_exporter", ["app", "hub"]],
      ["prometheus", ["hub"]],
    ]);
    expect(others).toEqual([]);
  });

  it("are separate for each monitoring", () => {
    const two = new Map([
      ...commands("", "certificate_authority", "node_exporter"),
      ...commands("second_", "certificate_authority", "prometheus"),
    ]);
    expect(certificatesOf(two).map(({ runs }) => runs.map(({ name }) => name))).toEqual([
      ["node_exporter"],
      ["second_prometheus"],
    ]);
  });

  it("do not exist without an authority", () => {
    expect(certificatesOf(commands("", "node_exporter"))).toEqual([]);
  });

  it("are described with the phase of a rotation", () => {
    const state = { server: "hub", phase: 0, until: "2036-11-27" };
    expect(describeState(state)).toBe(
      "The authority is on hub, and valid until 2036-11-27. No rotation is in progress.",
    );
    expect(describeState({ ...state, phase: 2 })).toMatch(
      /A rotation is in phase 2 of 3: all components get certificates of the new authority\.$/,
    );
  });
});
