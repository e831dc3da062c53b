import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ANYONE, componentKind, componentKinds, TECHNICIANS } from "../../lib/components";
import { playbooksDirectory } from "../../lib/paths";
import { sourceNames } from "../../tools/local/source";

const kinds = componentKinds.map(({ kind }) => kind);
const roles = readdirSync(join(playbooksDirectory, "roles"));
const checks = readdirSync(join(playbooksDirectory, "verification", "checks"));
const pins = JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as Readonly<
  Record<string, object>
>;

test("every role of a component has a record", () => {
  const others = ["base", "certificate_authority", "cleanup", "firewall"];
  expect(roles.filter((role) => !others.includes(role)).sort()).toEqual([...kinds].sort());
});

describe.each(componentKinds)("the kind $kind", ({ kind, artifacts, verified, peers }) => {
  it("has a playbook, and a role that installs it", () => {
    const files = [`${kind}.yml`, ...["preflight", "main"].map((name) => `roles/${kind}/tasks/${name}.yml`)];
    expect(files.filter((file) => !existsSync(join(playbooksDirectory, file)))).toEqual([]);
  });

  it("installs pinned release archives, of which at least one can be built from source", () => {
    expect(artifacts.filter((artifact) => !(artifact in pins))).toEqual([]);
    expect(artifacts.some((artifact) => sourceNames.includes(artifact))).toBe(true);
  });

  it("has a verification program if, and only if, the record says so", () => {
    expect(checks.map((file) => basename(file, ".py")).includes(kind)).toBe(verified);
  });

  it("names only known peers", () => {
    const known = [TECHNICIANS, ANYONE, ...kinds];
    expect(Object.values(peers).flatMap((names) => names.filter((name) => !known.includes(name)))).toEqual([]);
    expect(Object.keys(peers)).toContain("*");
  });
});

it("rejects an unknown kind, naming the file that lists the kinds", () => {
  expect(() => componentKind("mysql")).toThrow(
    '"mysql" is not in playbooks/components.json: add a record for the kind',
  );
});
