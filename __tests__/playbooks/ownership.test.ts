import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { rootTest } from "../support/root";
import { SystemCopy } from "../support/system";

const scripts = join(playbooksDirectory, "roles/base/files");
const PLACES = [
  ...["example", "cdktf-monitoring", "passwd", "group", "systemd/system"].map((name) => `/etc/${name}`),
  ...["/opt/cdktf-monitoring", "/usr/lib/systemd/system/example.service", "/var/lib/monitoring"],
];
const FOREIGN = `
  useradd --system --user-group example
  mkdir -p /etc/example; echo theirs > /etc/example/a.yml; chmod 0711 /etc/example
  echo "[Service]" > /usr/lib/systemd/system/example.service
  systemctl enable example.service; systemctl start example.service
`;
const COMPONENT = { SERVICE: "example", SERVICE_CONFIG: "/etc/example", COMPONENTS: "example - /etc/example" };

let system: SystemCopy;

beforeEach(async () => {
  system = new SystemCopy();
  await system.ready();
});

afterEach(() => {
  system.end();
});

/** Runs the preflight checks, and returns their lines. */
function preflight(env: Readonly<Record<string, string>>): string[] {
  const names = [
    ...["FORCE", "CHECK", "USER_RUN", "ARCHITECTURE", "FIREWALL_FINGERPRINT", "OWNER_ID", "OWNER_NAME", "OWNER_FORMER"],
    ...["TRANSFER", "COMPONENTS", "SERVICE", "SERVICE_COMMANDS", "SERVICE_READS", "SERVICE_CONFIG", "SERVICE_FILES"],
    ...["SERVICE_DATA", "SERVICE_FOLDERS", "SERVICE_START_FILES", "SERVICE_ADDRESS", "SERVICE_ADOPT"],
    ...["SERVICE_FORMER_UNITS", "SERVICE_LINK"],
  ];
  const defaults = {
    ...Object.fromEntries(names.map((name) => [name, ""])),
    RUN: "example",
    MARKER: "/etc/cdktf-monitoring/markers/example",
    FINGERPRINT: "1",
    SERVICE_RELEASE: "/opt/cdktf-monitoring/example-1",
    SERVICE_STATE: "/var/lib/monitoring/example",
  };
  return system
    .on("sh ./preflight.sh", { ...defaults, ...env }, scripts)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("problem=systemd is not running"));
}

const problems = (env: Readonly<Record<string, string>>): string[] =>
  preflight(env).filter((line) => line.startsWith("problem="));

describe("an installation that is not ours", () => {
  const problem = [
    "problem=example is already installed, and not by cdktf-monitoring: user example, unit /usr/lib/systemd/system/example.service, folder /etc/example. Nothing was changed. Remove it or set adopt: true on the component, which keeps a copy that an uninstallation restores",
  ];

  rootTest("is refused by every run on the server, and nothing changes", async () => {
    system.on(FOREIGN);
    const before = system.listing(...PLACES);
    expect(problems(COMPONENT)).toEqual(problem);
    expect(problems({ RUN: "firewall", COMPONENTS: COMPONENT.COMPONENTS })).toEqual(problem);
    expect(system.listing(...PLACES)).toBe(before);
    await Promise.resolve();
  });

  rootTest("is refused with its packages", async () => {
    const [found = ""] = problems({ COMPONENTS: "man-db - -" });
    if (system.try("test -e /usr/lib/systemd/system/man-db.service").status === 0)
      expect(found).toContain("(packages: man-db). Nothing was changed. Remove it (apt-get purge man-db) or");
    await Promise.resolve();
  });

  rootTest("is taken over with adopt: its unit is stopped when ours starts, and its user is not ours", async () => {
    system.on(FOREIGN);
    expect(problems({ ...COMPONENT, COMPONENTS: "example adopt /etc/example", SERVICE_ADOPT: "yes" })).toEqual([]);
    expect(system.try("systemctl is-active example.service").stdout).toBe("active\n");
    system.on("sh take-over.sh example", {}, scripts);
    expect(system.try("systemctl is-active example.service").stdout).toBe("inactive\n");
    expect(system.on("cat /etc/cdktf-monitoring/manifest/example").split("\n")).toEqual([
      ...["", ".new", ".previous"].map((suffix) => `folder /opt/cdktf-monitoring/example-1${suffix}`),
      "link /opt/cdktf-monitoring/example",
      "unit /etc/systemd/system/example.service",
      "folder /etc/example",
      "data /var/lib/monitoring/example",
    ]);
    // A later run needs no adopt.
    expect(problems(COMPONENT)).toEqual([]);
    await Promise.resolve();
  });

  rootTest("of an earlier version of this project is taken over silently", async () => {
    system.on(`mkdir -p /etc/example /etc/cdktf-monitoring/components; touch /etc/cdktf-monitoring/components/example
      useradd --system --user-group example
      echo "# Written by cdktf-monitoring: the next deploy" > /etc/systemd/system/example.service`);
    expect(problems(COMPONENT)).toEqual([]);
    expect(system.on("cat /etc/cdktf-monitoring/manifest/example")).toContain("user example");
    await Promise.resolve();
  });

  rootTest("is no obstacle while a unit of this project has its name", async () => {
    system.on(FOREIGN);
    system.on(`echo "# Written by cdktf-monitoring: the next deploy" > /etc/systemd/system/example.service
      mkdir -p /etc/cdktf-monitoring/components; touch /etc/cdktf-monitoring/components/example`);
    for (const run of ["example", "example", "firewall"]) expect(problems({ ...COMPONENT, RUN: run })).toEqual([]);
    await Promise.resolve();
  });

  rootTest("with the name of one of our other files is refused", async () => {
    system.on("echo '[Service]' > /etc/systemd/system/cdktf-monitoring-firewall.service");
    expect(problems({})).toEqual([
      "problem=/etc/systemd/system/cdktf-monitoring-firewall.service exists, is not from cdktf-monitoring, and has the name of one of its files. Nothing was changed. Remove the file",
    ]);
    await Promise.resolve();
  });
});

describe("the owner of a server", () => {
  const first = { OWNER_ID: "1", OWNER_NAME: "first/m" };
  const second = { OWNER_ID: "2", OWNER_NAME: "second/m" };
  const owner = (): string =>
    system.on("head -n 2 /etc/cdktf-monitoring/owner; stat -c %a /etc/cdktf-monitoring/owner");

  rootTest("is recorded with the first change, and another one is refused with both names", async () => {
    expect(preflight(first)).toEqual([]);
    expect(owner()).toBe("id=1\nname=first/m\n600");
    const before = system.listing(...PLACES);
    const [problem = ""] = preflight(second);
    expect(problem).toMatch(
      /^problem=this server belongs to the monitoring "first\/m" \(since \d{4}-\d\d-\d\d\), but this deploy is from another monitoring, "second\/m"\. Nothing was changed\. /,
    );
    expect(problem).toContain("CDKTF_MONITORING_TRANSFER='first/m'");
    expect(problems({})[0]).toContain("but this run was started without Terraform");
    expect(system.listing(...PLACES)).toBe(before);
    await Promise.resolve();
  });

  rootTest("is replaced by a transfer, and by a monitoring that had its id before", async () => {
    preflight(first);
    expect(preflight({ ...second, TRANSFER: "other/m" })).toHaveLength(1);
    expect(preflight({ ...second, TRANSFER: "first/m" })).toEqual([]);
    expect(owner()).toContain("id=2\nname=second/m");
    expect(preflight({ OWNER_ID: "3", OWNER_NAME: "third/m", OWNER_FORMER: "9\n2" })).toEqual([]);
    expect(owner()).toContain("id=3");
    await Promise.resolve();
  });

  rootTest("keeps everything when a former owner leaves", async () => {
    preflight(first);
    expect(preflight({ ...second, RUN: "leave" })).toEqual(["foreign=first/m"]);
    expect(preflight({ ...first, RUN: "leave" })).toEqual([]);
    await Promise.resolve();
  });

  rootTest("is recorded where nothing else changed, but not in check mode", async () => {
    system.on(
      "mkdir -p /etc/cdktf-monitoring/markers; cd /etc/cdktf-monitoring/markers; echo 1 > example; chmod 600 *",
    );
    expect(preflight({ ...first, CHECK: "yes" })).toEqual(["current=yes"]);
    expect(system.try("ls /etc/cdktf-monitoring/owner").status).not.toBe(0);
    expect(preflight(first)).toEqual(["current=yes"]);
    expect(owner()).toContain("id=1");
    await Promise.resolve();
  });

  rootTest("is one of two monitorings that begin at the same time", async () => {
    const empty =
      "FORCE= CHECK= USER_RUN= ARCHITECTURE= FIREWALL_FINGERPRINT= OWNER_FORMER= TRANSFER= COMPONENTS= SERVICE=";
    const lines = system.on(
      `for id in 1 2 3; do env RUN=a FINGERPRINT=1 ${empty} OWNER_ID=$id OWNER_NAME=m$id MARKER=/etc/cdktf-monitoring/markers/$id sh ./preflight.sh & done; wait`,
      {},
      scripts,
    );
    expect(lines.split("\n").filter((line) => line.startsWith("problem=this server belongs to"))).toHaveLength(2);
    await Promise.resolve();
  });
});
