import { InventoryInput, renderInventory } from "../../../lib/inventory/inventory";

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
