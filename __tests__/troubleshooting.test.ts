import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const page = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8");

/** The sources whose messages people see. */
const sources = ["constructs", "lib", "playbooks", "tools", "main.ts"].flatMap(filesBelow).join("\n");

const entries = page.split(/^### /m).slice(1);

function filesBelow(path: string): string[] {
  if (path.endsWith(".ts")) return [readFileSync(join(root, path), "utf8")];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|py|sh|j2|yml)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

describe("docs/troubleshooting.md", () => {
  it("has at least 20 entries, each with a symptom, a cause and a fix", () => {
    expect(entries.length).toBeGreaterThanOrEqual(20);
    const incomplete = entries.filter(
      (entry) => !/^- \*\*(Message|Symptom)\*\*: [^]*^- \*\*Cause\*\*: [^]*^- \*\*Fix\*\*: /m.test(entry),
    );
    expect(incomplete.map((entry) => entry.split("\n")[0])).toEqual([]);
  });

  it("quotes messages that the code has", () => {
    const quoted = entries.flatMap((entry) => {
      const [, message = ""] = /^- \*\*Message\*\*: `([^`]+)`/m.exec(entry) ?? [];
      return message.split("…").map((part) => part.trim());
    });
    expect(quoted.length).toBeGreaterThan(20);
    expect(quoted.filter((part) => !sources.includes(part))).toEqual([]);
  });
});
