import { Token } from "cdktf";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesProblem } from "../../lib/inventory/generated-file";
import type { Component } from "../components/component";
import type { Monitoring } from "../monitoring";
import { constructError, rejectIf } from "./errors";

/**
 * Writes what the components' roles copy to their servers, by kind and server.
 *
 * @param folder where the stack's Terraform JSON is
 * @throws when a file's path is none, or its text holds a token
 */
export function writeGeneratedFiles(monitoring: Monitoring, folder: string): void {
  const root = join(folder, monitoring._filesDirectory);
  rmSync(root, { recursive: true, force: true });
  for (const component of monitoring._components) {
    writeFilesOf(component, join(root, component.kind, component.member.server.name));
  }
}

function writeFilesOf(component: Component, folder: string): void {
  const { files } = component;
  rejectIf(component, filesProblem(files));
  for (const { path, content } of files) {
    if (Token.isUnresolved(content))
      throw constructError(component, `the file "${path}" holds what Terraform finds out only when it is applied`);
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
