import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";

/** Renders a variable of the role log_agent as Ansible does. */
const PROGRAM = `import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
given = json.load(sys.stdin)
def trust(value):
    if isinstance(value, dict): return {key: trust(each) for key, each in value.items()}
    if isinstance(value, list): return [trust(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value
templar = Templar(loader=DataLoader(), variables=trust(given["variables"]))
print(json.dumps(templar.template(trust(given["wanted"]))))`;

const roles = join(playbooksDirectory, "roles");
const load = (role: string, folder: string): object =>
  parse(readFileSync(join(roles, role, folder, "main.yml"), "utf8")) as object;

/** The end of the configuration, the unit and the arguments of an agent whose generated configuration is empty. */
function rendered(program: string, encrypted: boolean): { config: string; unit: string[]; arguments: string[] } {
  const file = program === "alloy" ? "config.alloy" : "promtail.yml";
  const variables = {
    ...load("base", "vars"),
    ...load("log_agent", "defaults"),
    ...load("log_agent", "vars"),
    ansible_search_path: [join(roles, "log_agent")],
    base_service: { name: "log_agent", client_certificates: true },
    monitoring_server: { bind: "192.0.2.1" },
    log_agent_program: program,
    _base_generated: { [file]: "" },
    ...(encrypted ? { monitoring_certificate: { clients: ["prometheus"] } } : {}),
  };
  const wanted = {
    config: "{{ _log_agent_text }}",
    unit: "{{ _log_agent_service.unit }}",
    arguments: "{{ _log_agent_service.arguments }}",
  };
  const output = execFileSync(ansiblePython() ?? "", ["-c", PROGRAM], {
    input: JSON.stringify({ variables, wanted }),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  return JSON.parse(output) as ReturnType<typeof rendered>;
}

ansibleTest("Alloy with a certificate demands one of its clients, by TLS 1.3", () => {
  const { config, unit } = rendered("alloy", true);
  expect(unit).toContain("Environment=LOG_AGENT_TLS=/etc/cdktf-monitoring/tls/log_agent");
  expect(config).toBe(`
http {
  tls {
    cert_file = sys.env("LOG_AGENT_TLS") + "/certificate.pem"
    key_file = sys.env("LOG_AGENT_TLS") + "/key.pem"
    client_ca_file = sys.env("LOG_AGENT_TLS") + "/authority.pem"
    client_auth_type = "RequireAndVerifyClientCert"
    min_version = "TLS13"
  }
}
`);
});

ansibleTest("Promtail with a certificate demands one of its clients, by TLS 1.3", () => {
  const { config, arguments: flags } = rendered("promtail", true);
  expect(flags).toEqual(
    expect.arrayContaining([
      "-server.http-tls-client-auth=RequireAndVerifyClientCert",
      "-server.tls-min-version=VersionTLS13",
    ]),
  );
  expect(config).toBe("");
});

ansibleTest("an agent without a certificate has no settings of TLS", () => {
  for (const program of ["alloy", "promtail"]) {
    expect(JSON.stringify(rendered(program, false))).not.toMatch(/tls/i);
  }
});
