import { createHash } from "node:crypto";

/** A file that a synthesis makes for a role: rules, dashboards, whatever holds braces that others would take for theirs. */
export interface GeneratedFile {
  /** Its path below the folder that the role is told, with slashes: `rules/monitoring.yml`. */
  readonly path: string;
  /** Its text. It holds no tokens: what is known to Terraform only comes by variables. */
  readonly content: string;
}

/** SHA-256 over the paths and bytes of files, in the order of their paths. `playbooks/controller/files.py` reckons the same. */
export function filesHash(files: readonly GeneratedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const bytes = Buffer.from(content);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** The first problem with the paths of one component's files, or undefined. */
export function filesProblem(files: readonly GeneratedFile[]): string | undefined {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/.test(path))
      return `"${path}" is not a path of a file below a folder, such as "rules/monitoring.yml"`;
    if (seen.has(path)) return `there are two files "${path}"`;
    seen.add(path);
  }
  return undefined;
}
