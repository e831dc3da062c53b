import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Architecture } from "../../../lib/architecture";
import { Artifacts } from "../../../lib/artifacts";
import { availableLogAgent } from "../../../lib/logs/available";
import { removeFolders, temporaryFolder } from "../../playbooks/python";

afterAll(removeFolders);

function built(manifest: object): Artifacts {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  return Artifacts.source(folder);
}

test("Alloy is taken where releases are, or somebody put an archive of it", () => {
  expect(availableLogAgent(Artifacts.released(), Architecture.AMD64)).toMatchObject({ agent: { program: "alloy" } });
  const archive = { version: "1.20.1", file: "alloy.tar.gz", sha256: { amd64: "ab" } };
  expect(availableLogAgent(built({ alloy: archive }), Architecture.AMD64).agent.program).toBe("alloy");
});

test("Promtail is taken where Alloy would have to be built, and it is said why", () => {
  const { agent, reason } = availableLogAgent(built({}), Architecture.AMD64);
  expect(agent.program).toBe("promtail");
  expect(reason).toMatch(/^the log agent is Promtail: Alloy cannot be built from its Go module, and no archive/);
});
