import { spawnSync } from "node:child_process";
import { projectRoot } from "../../../../tools/cli/common";
import { readPicture, readTable } from "../../../support/access-documents";

describe("npm run access", () => {
  const tool = (environment: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/cli/commands/access.ts", ...args], {
      cwd: projectRoot,
      encoding: "utf8",
      env: { ...process.env, AWS_REGION: "", AWS_KEY_FILE: "", TECHNICIANS: "", ...environment },
    });

  test("tells what it does", () => {
    const { status, stdout } = tool({}, "--help");
    expect(status).toBe(0);
    for (const word of ["--mermaid", "--stack", "local"]) expect(stdout).toContain(word);
  }, 30_000);

  test("prints the local stack's table and picture", () => {
    const { status, stdout } = tool({});
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# Access to local\/monitoring\n/);
    expect(readTable(stdout)).toContain("prometheus on hub | app | 9100/tcp | node_exporter (http) | scrapes job node");
    expect(readPicture(stdout)).toContain("prometheus on hub -> node_exporter on app 9100/tcp: scrapes job node");
  }, 60_000);

  test("prints the picture alone", () => {
    const { stdout } = tool({}, "--mermaid");
    expect(stdout).toMatch(/^flowchart LR\n/);
    expect(stdout).not.toContain("```");
  }, 60_000);

  test.each([
    [["--stack", "lokal"], {}, 'there is no stack "lokal": there are aws, local'],
    [["--stack", "aws"], {}, 'the stack "aws" has no monitoring: what it lacks is said when it is planned'],
    [
      ["--stack", "aws"],
      { AWS_REGION: "eu-central-1", AWS_KEY_FILE: "/nonexistent", TECHNICIANS: "0.0.0.0/0" },
      "the app could not be synthesized: node --import tsx main.ts",
    ],
    [["--all"], {}, "Unknown option '--all'"],
  ])(
    "says what is wrong with %j, without a stack trace",
    (args, environment, message) => {
      const { status, stderr } = tool(environment, ...args);
      expect(status).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain("    at ");
    },
    60_000,
  );
});
