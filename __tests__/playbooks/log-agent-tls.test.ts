import { ansibleTest } from "../support/ansible";
import { renderRole } from "../support/role-variables";

/** The end of the configuration, the unit and the arguments of an agent whose generated configuration is empty. */
function rendered(program: string, encrypted: boolean): { config: string; unit: string[]; arguments: string[] } {
  const file = program === "alloy" ? "config.alloy" : "promtail.yml";
  const variables = {
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
  return renderRole("log_agent", variables, wanted) as object as ReturnType<typeof rendered>;
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
