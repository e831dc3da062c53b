import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { escapeTemplates, InventoryInput, renderInventory } from "../../../lib/inventory/inventory";
import { Value, Variables } from "../../../lib/inventory/variables";
import { terraform, terraformTest } from "../../support/terraform";

const input: InventoryInput = {
  monitoring: "prod",
  hosts: [
    {
      connection: {
        host: "203.0.113.7",
        port: 2222,
        user: "admin",
        hostKeys: ["ssh-ed25519 AAAA"],
        hostKeyAlias: "i-1",
        waitSeconds: 120,
      },
      location: { network: "prod/network" },
      facts: { name: "hub", id: "i-1", generation: "1", address: "10.0.0.1", bind: "", architecture: "arm64" },
    },
  ],
  runs: [
    {
      name: "site",
      playbook: "site.yml",
      content: "abc",
      component: false,
      artifacts: [],
      secrets: [{ name: "token", environment: "TOKEN", version: "1" }],
      variables: { greeting: "{{ hello }}" },
      hosts: new Map([["hub", { port: 80 }]]),
    },
  ],
};

describe("renderInventory", () => {
  test("separates the SSH connection of a host from the variables of its runs", () => {
    expect(renderInventory(input)).toEqual({
      all: {
        vars: { monitoring_name: "prod", monitoring_artifact_location: null },
        hosts: {
          hub: {
            ansible_host: "203.0.113.7",
            ansible_port: 2222,
            ansible_user: "admin",
            monitoring_ssh: {
              jump_host: null,
              known_hosts_file: null,
              host_keys: ["ssh-ed25519 AAAA"],
              alias: "i-1",
              wait: 120,
            },
            monitoring_server: {
              name: "hub",
              id: "i-1",
              generation: "1",
              address: "10.0.0.1",
              bind: "",
              architecture: "arm64",
            },
            monitoring_place: { network: "prod/network", public_address: null },
          },
        },
        children: {
          run_site: {
            vars: {
              monitoring_run: { playbook: "site.yml", content: "abc", component: false },
              monitoring_artifacts: [],
              monitoring_secrets: [{ name: "token", environment: "TOKEN", version: "1" }],
              greeting: { __ansible_unsafe: "{{ hello }}" },
            },
            hosts: {
              hub: {
                port: 80,
              },
            },
          },
        },
      },
    });
  });
});

/** Removes the marks that only Ansible reads. */
function withoutMarks(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutMarks);
  if (value === null || typeof value !== "object") return value;
  const variables = value as Variables;
  return (
    variables.__ansible_unsafe ??
    Object.fromEntries(Object.entries(variables).map(([key, inner]) => [key, withoutMarks(inner)]))
  );
}

describe("escapeTemplates", () => {
  test("leaves tokens unchanged", () => {
    expect(escapeTemplates("${TfToken[TOKEN.0]} and ${x}")).toBe("${TfToken[TOKEN.0]} and $${x}");
  });

  terraformTest("survives Terraform unchanged", () => {
    const piece = fc.constantFrom(
      "$",
      "${",
      "$${",
      "%{",
      "%%{",
      "{{ x }}",
      "{% if %}",
      "{#",
      "}",
      '"',
      "\\",
      "\n",
      "\\d",
      "é",
      "if",
      " ",
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    const samples: Variables = Object.fromEntries(
      fc
        .sample(text, { numRuns: 300, seed: 1 })
        .map((sample, index) => [`${sample}${index}`, [sample, { inner: sample }]]),
    );
    const directory = mkdtempSync(join(tmpdir(), "inventory-"));
    try {
      writeFileSync(
        join(directory, "main.tf.json"),
        JSON.stringify({
          locals: { data: escapeTemplates(samples) },
          output: { data: { value: "${jsonencode(local.data)}" } },
        }),
      );
      terraform(directory, "init", "-input=false", "-no-color");
      terraform(directory, "apply", "-auto-approve", "-input=false", "-no-color");
      expect(withoutMarks(JSON.parse(terraform(directory, "output", "-raw", "data")) as Value)).toEqual(samples);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
