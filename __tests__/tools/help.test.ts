import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { runTool } from "../support/tools";

const page = readFileSync(join(projectRoot, "docs", "reference", "cli.md"), "utf8");

describe("--help", () => {
  it.each([
    "local/up",
    "local/down",
    "cli/commands/verify",
    "cli/commands/access",
    "cli/commands/play",
    "cli/commands/rotate",
    "local/drill",
    "local/artifacts",
  ])(
    "of tools/%s.ts equals the text in docs/reference/cli.md (else run npm run docs)",
    (command) => {
      const { status, stdout } = runTool(`${command}.ts`, ["--help"]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^Usage: npm run /);
      expect(page).toContain(`\`\`\`text\n${stdout}\`\`\`\n`);
    },
    30_000,
  );

  it.each([
    "dev/bench",
    "dev/catalogue",
    "dev/mutate",
    "dev/screenshots",
    "dev/test",
    "dev/test-cdktn",
    "dev/pack-cdktn",
    "cli/commands/env",
    "cli/commands/init",
  ])(
    "of tools/%s.ts prints the usage",
    (command) => {
      expect(runTool(`${command}.ts`, ["--help"])).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^Usage: npm /) as string,
      });
    },
    30_000,
  );
});
