import { describeMachine, versionIn } from "../../../tools/local/machine";

describe("describeMachine", () => {
  it("returns null for programs that are not installed", async () => {
    const machine = await describeMachine({ PATH: "/nonexistent" });
    expect(machine).toMatchObject({
      cpu: expect.any(String) as string,
      kernel: expect.stringMatching(/^\w+ \d/) as string,
      load: [expect.any(Number), expect.any(Number), expect.any(Number)],
      versions: {
        node: process.versions.node,
        cdktf: expect.stringMatching(/^\d+\./) as string,
        terraform: null,
        docker: null,
      },
    });
    expect(machine.cores).toBeGreaterThan(0);
  }, 30_000);
});

describe("versionIn", () => {
  it.each([
    ["Terraform v1.11.4\non linux_amd64", "1.11.4"],
    ["ansible-playbook [core 2.19.1]\n  config file = None", "2.19.1"],
    ["nothing", null],
    [null, null],
  ])("finds the version in %j", (text, expected) => {
    expect(versionIn(text)).toBe(expected);
  });
});
