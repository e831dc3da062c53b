import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Artifacts,
  ExistingServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
  Transport,
} from "../../../constructs/index";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

interface Resource {
  readonly provisioner?: readonly { readonly "local-exec": { readonly environment?: Record<string, string> } }[];
}

const directory = mkdtempSync(join(tmpdir(), "artifacts-"));

beforeAll(() => {
  const built = (name: string) => ({ version: "1.0.0", file: `${name}.tar.gz`, sha256: { amd64: "ab", arm64: "cd" } });
  const names = ["prometheus", "node_exporter"];
  writeFileSync(
    join(directory, "manifest.json"),
    JSON.stringify(Object.fromEntries(names.map((name) => [name, built(name)]))),
  );
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The archives that a stack of local servers or of an existing server requests. */
function requests(environment: Record<string, string>, existing: boolean): readonly Record<string, string>[] {
  const artifacts = Artifacts.fromEnvironment({ CDKTF_MONITORING_SOURCE: directory, ...environment });
  const transport = Transport.plain();
  const { json } = synth((stack) => {
    if (!existing) {
      new Hub(stack, {}, { artifacts, transport });
      return;
    }
    const monitoring = new Monitoring(stack, "monitoring", { technicians: [], artifacts, transport });
    const server = new ExistingServer(stack, "shop-server", { address: "192.0.2.10" });
    new Prometheus(new MonitoringHost(stack, "shop", { monitoring, server }), "prometheus");
  });
  const resources = Object.values(json.resource.null_resource) as readonly Resource[];
  const texts = resources.flatMap(({ provisioner = [] }) =>
    provisioner.flatMap((each) => each["local-exec"].environment?.MONITORING_ARTIFACTS ?? []),
  );
  return JSON.parse(texts[0] ?? "[]") as Record<string, string>[];
}

const refused = (environment: Record<string, string>, existing: boolean): boolean[] =>
  requests(environment, existing).map((request) => request.refused !== undefined);

it("refuses source builds that replace unreachable releases on servers that are not local", () => {
  const fallback = { CDKTF_MONITORING_SOURCE_FOR: "local" };
  expect(refused(fallback, false)).toEqual([false, false]);
  expect(refused(fallback, true)).toEqual([true, true]);
  expect(requests(fallback, true)[0]?.refused).toContain(
    'which is for local servers only, but "shop" is none: unset CDKTF_MONITORING_SOURCE',
  );
});

it("installs source builds on all servers if the user chose them", () => {
  expect(refused({}, true)).toEqual([false, false]);
});
