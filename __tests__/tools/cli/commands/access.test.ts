import { readDiagram, readTable } from "../../../support/access-documents";
import { runTool } from "../../../support/tools";

describe("npm run access", () => {
  const tool = (environment: NodeJS.ProcessEnv, ...args: string[]) =>
    runTool("cli/commands/access.ts", args, { AWS_REGION: "", AWS_KEY_FILE: "", TECHNICIANS: "", ...environment });

  it("prints the table and the diagram of the local stack", () => {
    const { status, stdout } = tool({});
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# Access to local\/monitoring\n/);
    expect(readTable(stdout)).toContain("prometheus on hub | app | 9100/tcp | node_exporter (http) | scrapes job node");
    expect(readDiagram(stdout)).toContain("prometheus on hub -> node_exporter on app 9100/tcp: scrapes job node");
  }, 60_000);

  it("prints only the diagram", () => {
    const { stdout } = tool({}, "--mermaid");
    expect(stdout).toMatch(/^flowchart LR\n/);
    expect(stdout).not.toContain("```");
  }, 60_000);

  it.each([
    [["--stack", "lokal"], {}, 'unknown stack "lokal": the app has aws, local'],
    [["--stack", "aws"], {}, 'the stack "aws" contains no Monitoring: "npx cdktf plan aws" lists the missing settings'],
    [
      ["--stack", "aws"],
      { AWS_REGION: "eu-central-1", AWS_KEY_FILE: "/nonexistent", TECHNICIANS: "0.0.0.0/0" },
      "cannot synthesize the app: node --import tsx main.ts",
    ],
    [["--all"], {}, "Unknown option '--all'"],
  ])(
    "prints an error for %j without a stack trace",
    (args, environment, message) => {
      const { status, stderr } = tool(environment, ...args);
      expect(status).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain("    at ");
    },
    60_000,
  );
});
