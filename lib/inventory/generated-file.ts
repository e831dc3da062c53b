import { createHash } from "node:crypto";

/**
 * A file that the synthesis writes for a role, such as alert rules or a dashboard. Use files instead of variables for
 * text with braces, because Terraform and Ansible would interpret the braces as templates.
 */
export interface GeneratedFile {
  /** Path with slashes below the folder that the role receives, such as `rules/monitoring.yml`. */
  readonly path: string;
  /** Text of the file. It must not contain tokens. Use variables for values that only Terraform knows. */
  readonly content: string;
}

/** Returns the SHA-256 of the paths and bytes of files. `playbooks/controller/files.py` computes the same hash. */
export function filesHash(files: readonly GeneratedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const bytes = Buffer.from(content);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** Returns the first problem with the paths of a component's files, or undefined. */
export function filesProblem(files: readonly GeneratedFile[]): string | undefined {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/.test(path))
      return `"${path}" is not the relative path of a file: use a path such as "rules/monitoring.yml"`;
    if (seen.has(path)) return `the path "${path}" is used by two files: rename one of them`;
    seen.add(path);
  }
  return undefined;
}
