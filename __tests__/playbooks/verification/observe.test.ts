import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../../lib/paths";
import { ansiblePython, ansibleTest } from "../../support/ansible";
import { removeFolders, temporaryFolder, writeProgram } from "../python";
import { checkSources } from "./check";

/** Renders a template as Ansible does. */
const PROGRAM = `import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
given = json.load(sys.stdin)
try:
    from ansible.template import trust_as_template as trust
except ImportError:
    trust = str
print(Templar(loader=DataLoader(), variables=given["variables"]).template(trust(given["template"])), end="")`;

/** Linux accepts no longer argument of a program, and \`ssh\` gets the script as one argument. */
const LONGEST_ARGUMENT = 131_072;

/** The script for a server with these checks. */
function script(checks: Readonly<Record<string, readonly unknown[]>>): string {
  const variables = {
    playbook_dir: playbooksDirectory,
    monitoring_firewall_fingerprint: "f",
    firewall_mode: "guard",
    firewall_ports: [],
    verify_probes: "",
    verify_checks: checks,
    monitoring_server: { name: "hub" },
    monitoring_name: "it's a test",
  };
  const template = "{{ lookup('ansible.builtin.template', playbook_dir ~ '/verification/observe.sh.j2') }}";
  return execFileSync(ansiblePython() ?? "", ["-c", PROGRAM], {
    input: JSON.stringify({ variables, template }),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
}

afterAll(removeFolders);

ansibleTest("sends a check with the modules that it needs, and its arguments", () => {
  const rendered = script({ grafana: ["http://127.0.0.1:9", 3], log_agent: ["http://127.0.0.1:9"] });
  const [print = ""] = /^printf '%s' '\{"modules"[^]*?(?= \| python3 -c )/m.exec(rendered) ?? [];
  const request = execFileSync("sh", ["-c", print], { encoding: "utf8" });
  const { modules, checks } = JSON.parse(request) as { modules: Record<string, string>; checks: unknown };
  const sources = checkSources();
  expect(modules).toEqual(
    Object.fromEntries(
      Object.entries(sources)
        .filter(([name]) => /^(component|grafana.*|log_agent)$/.test(name))
        .map(([name, source]) => [name, source.trimEnd()]),
    ),
  );
  expect(checks).toEqual({
    grafana: ["http://127.0.0.1:9", "hub", "it's a test", 3],
    log_agent: ["http://127.0.0.1:9", "hub", "it's a test"],
  });
});

ansibleTest("fits in one argument if all components run on a server", () => {
  const kinds = ["alertmanager", "grafana", "log_agent", "loki", "prometheus"];
  const rendered = script(Object.fromEntries(kinds.map((kind) => [kind, ["http://127.0.0.1:9", 3]])));
  // The privileged shell gets the script in quotes, in which a quote becomes five characters.
  expect(Buffer.byteLength(rendered.replaceAll("'", `'"'"'`))).toBeLessThan(LONGEST_ARGUMENT);
});

describe("services", () => {
  /** The services in a folder with these units. systemd returns the states one after the other. */
  function services(units: Readonly<Record<string, string>>, states: string): string {
    const folder = temporaryFolder();
    for (const [name, content] of Object.entries(units)) writeFileSync(join(folder, `${name}.service`), content);
    writeFileSync(join(folder, "states"), states);
    writeProgram(
      join(folder, "systemctl"),
      `#!/bin/sh\ncd ${folder}\nhead -n 1 states; echo enabled; sed -i 1d states\n`,
    );
    writeProgram(join(folder, "sleep"), "#!/bin/sh\n");
    const functions = script({}).match(/^(state_of|services)\(\) \{\n[^]*?^\}$/gm) ?? [];
    const program = ["set -u", `PATH=${folder}:$PATH`, ...functions, `services ${folder}`].join("\n");
    return execFileSync("sh", ["-c", program], { encoding: "utf8" });
  }

  ansibleTest("wait for a service that is starting or reloading", () => {
    const units = { grafana: "# Written by cdktf-monitoring: grafana\n" };
    expect(services(units, "activating\nreloading\nactive\n")).toBe("service=grafana active enabled \n");
  });

  ansibleTest("contain the components, without helpers and services of other owners", () => {
    const owned = "# Written by cdktf-monitoring: x\n";
    const units = { "cdktf-monitoring-firewall": owned, "cdktf-monitoring-other": owned, loki: owned, nginx: "" };
    expect(services(units, "failed\n")).toBe("service=loki failed enabled \n");
  });
});
