import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const folder = join(__dirname, "../../../../../constructs/servers/local/scripts");

/** Evaluates a Python expression that uses the scripts' modules. */
function python(expression: string): unknown {
  const code = `import json, sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])
import common, engine, image, network, server
from pathlib import Path
print(json.dumps(${expression}))`;
  return JSON.parse(execFileSync("python3", ["-c", code, folder], { encoding: "utf8" }));
}

function containers(args: string[], environment: Record<string, string>): { status: number | null; stderr: string } {
  return spawnSync("python3", [join(folder, "containers.py"), ...args], {
    encoding: "utf8",
    env: { ...process.env, DOCKER_HOST: undefined, ...environment },
  });
}

const hub = `server.Server("net", "p-hub", "hub", "198.18.0.10", {22: 20001}, "512m")`;

describe("the flags of a container", () => {
  const flags = (cgroup: number): string[] =>
    python(`server.run_flags(${hub}, Path("/state"), engine.Engine(${cgroup}, "amd64"))`) as string[];

  it.each([1, 2])("give systemd its privileges, but not all privileges, on cgroup v%d", (cgroup) => {
    const line = flags(cgroup).join(" ");
    expect(line).toContain("--cap-add SYS_ADMIN --cap-add NET_ADMIN");
    expect(line).toContain("--publish 127.0.0.1:20001:22");
    expect(line).toContain("--label cdktf-monitoring.owner=/state --label cdktf-monitoring.server=hub");
    expect(line).toContain("--mount type=volume,source=p-hub-data,target=/var/lib/monitoring");
    expect(line).toContain("--memory 512m");
    expect(line).not.toContain("--privileged");
    expect(line).toContain("--cap-drop MKNOD");
    expect(line).not.toContain("seccomp");
  });

  it("depend on the cgroup version", () => {
    expect(flags(1)).toContain("/sys/fs/cgroup:/sys/fs/cgroup:rw");
    expect(flags(2).join(" ")).not.toContain("/sys/fs/cgroup");
    expect(flags(2).join(" ")).toContain("--cgroupns private");
  });

  it.each([
    [1, "12", "exec /sbin/init"],
    [1, "13", "exec /sbin/init SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"],
    [2, "12", "exec /sbin/init"],
    [2, "13", "exec /sbin/init"],
  ])("start systemd on cgroup v%d and Debian %s with %j", (cgroup, debian, command) => {
    const server = `server.Server("net", "p-hub", "hub", "198.18.0.10", debian="${debian}")`;
    const [, , steps] = python(`server.boot_command(${server}, engine.Engine(${cgroup}, "amd64"))`) as string[];
    expect(steps?.endsWith(` && ${command}`)).toBe(true);
  });
});

describe("the base image", () => {
  it("has a tag that identifies its release and its files", () => {
    expect(python(`image.Recipe.read().tag`)).toMatch(/^cdktf-monitoring\/server:debian12-[0-9a-f]{12}$/);
    expect(python(`image.Recipe.read("13").tag`)).toMatch(/^cdktf-monitoring\/server:debian13-[0-9a-f]{12}$/);
    expect(python(`image.Recipe({"packages.txt": "a"}).tag != image.Recipe({"packages.txt": "b"}).tag`)).toBe(true);
  });

  it.each([
    ["12", "bookworm"],
    ["13", "trixie"],
  ])("of Debian %s is from a base image with a digest, or from the packages of %s", (release, suite) => {
    const recipe = `image.Recipe.read("${release}")`;
    expect(python(`${recipe}.base`)).toMatch(new RegExp(`^debian:${release}-slim@sha256:[0-9a-f]{64}$`));
    expect(python(`${recipe}.suite`)).toBe(suite);
    const sources = python(`image._sources(${recipe}.suite)[0]`) as string[];
    expect(sources.every((line) => / (bookworm|trixie)(-updates|-security)? main$/.exec(line)?.[1] === suite)).toBe(
      true,
    );
    expect(sources.length).toBeGreaterThan(1);
  });

  it("does not exist for other releases", () => {
    const { status, stderr } = containers(["image", "11"], { DOCKER_HOST: "unix:///nonexistent" });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/no Docker engine|Debian "11" is not available/) as string,
    });
    expect(() => python(`image.Recipe.read("11")`)).toThrow(
      'Debian "11" is not available for local servers: use 12 or 13',
    );
  });

  it("is built again if the cached archive is not the one that was built", () => {
    const cache = mkdtempSync(join(tmpdir(), "images-"));
    const archive = join(cache, `${String(python(`image.Recipe({}).digest`))}-amd64.tar.gz`);
    const isCached = (): unknown =>
      python(`image._cached(Path("${cache}"), image.Recipe({}), engine.Engine(2, "amd64")) is not None`);
    writeFileSync(archive, "as built");
    writeFileSync(`${archive}.sha256`, `${createHash("sha256").update("as built").digest("hex")}\n`);
    expect(isCached()).toBe(true);
    writeFileSync(archive, "changed");
    expect(isCached()).toBe(false);
    expect(readdirSync(cache)).toEqual([`${basename(archive)}.sha256`]);
    rmSync(cache, { recursive: true });
  });

  it("installs the packages of the list, without comments", () => {
    expect(python(`image.Recipe({"packages.txt": "# why\\n\\nsystemd\\nacl\\n"}).packages`)).toEqual([
      "systemd",
      "acl",
    ]);
  });
});

test.each([
  [
    "driver failed programming external connectivity: Bind for 127.0.0.1:20001 failed: port is already allocated",
    /published ports \(20001 on 127\.0\.0\.1\) is in use: stop the program that listens there, or give this server another address/,
  ],
  ["listen tcp4 127.0.0.1:20001: bind: address already in use", /published ports/],
  ["network net not found", /the network net does not exist: deploy again/],
  ["no space left on device", /hub: its container does not start: no space left on device/],
])("explains docker's message %j", (message, expected) => {
  expect(python(`server.explain_run_failure(${hub}, ${JSON.stringify(message)})`)).toMatch(expected);
});

describe("with another project on the same engine", () => {
  const folder = mkdtempSync(join(tmpdir(), "containers-"));
  const docker = `#!/bin/sh
case "$*" in
  "ps --all"*) printf '%s\\n' local-hub local2-hub ;;
  *" ls "*) echo local ;;
  "network inspect local") cat <<'JSON'
[{"Id": "0123456789abcdef", "Name": "local", "Labels": {"cdktf-monitoring.owner": "/other"},
  "IPAM": {"Config": [{"Subnet": "198.18.0.0/20"}]}}]
JSON
  ;;
  *inspect*) echo "no such object" >&2; exit 1 ;;
  *) exit 1 ;;
esac
`;
  beforeAll(() => {
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    [
      "local",
      "198.18.0.0/20",
      /belongs to the project at \/other.*LOCAL_PREFIX=local3 LOCAL_SUBNET=198\.1[89]\.\d+\.0\/20 /,
    ],
    [
      "mine",
      "198.18.8.0/24",
      /overlaps 198\.18\.0\.0\/20 .*\(project at \/other\).*LOCAL_SUBNET=198\.1[89]\.\d+\.0\/24 /,
    ],
  ])("the network %s with %s is refused with free settings to paste", (name, subnet, message) => {
    const { status, stderr } = containers(["network", "create"], {
      PATH: `${folder}:${process.env.PATH ?? ""}`,
      LOCAL_NETWORK: JSON.stringify({ name, subnet, gateway: "198.18.0.1" }),
      MONITORING_STATE: "/mine",
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) as string });
    const free = /LOCAL_SUBNET=(\S+)/.exec(stderr)?.[1];
    expect(free).not.toMatch(/^198\.18\.([0-9]|1[0-5])\.0\//);
  });
});

it("creates a private folder that git ignores", () => {
  const folder = mkdtempSync(join(tmpdir(), "containers-"));
  const state = join(folder, ".cdktf-monitoring", "local");
  python(`common.private_folder(Path(${JSON.stringify(state)}))`);
  expect(readFileSync(join(state, "..", ".gitignore"), "utf8")).toBe("*\n");
  rmSync(folder, { recursive: true });
});

it("quotes a path for ssh", () => {
  expect(python(`server._quoted(Path('/my "work" 1%'))`)).toBe('"/my \\"work\\" 1%%"');
});

describe("the command line", () => {
  it.each([
    [{}, "LOCAL_SERVER is not set: set it to a JSON object with network, container, name, address"],
    [{ LOCAL_SERVER: "{" }, "LOCAL_SERVER is not JSON"],
    [{ LOCAL_SERVER: '{"network":"n","container":"c","name":1}' }, "LOCAL_SERVER has no name, address"],
    [
      { LOCAL_SERVER: '{"network":"n","container":"c","name":"n","address":"198.18.0.10"}' },
      "MONITORING_STATE is not set",
    ],
  ])("prints what is missing in %j", (environment, expected) => {
    const result = containers(["server", "create"], environment);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`error: ${expected}`);
    expect(result.stderr).not.toContain("Traceback");
  });

  it("prints its usage", () => {
    const result = containers(["server"], {});
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("containers.py server  create|destroy");
  });

  it("explains how to install a missing docker", () => {
    const state = mkdtempSync(join(tmpdir(), "containers-"));
    const path = execFileSync("sh", ["-c", "dirname $(python3 -c 'import sys; print(sys.executable)')"], {
      encoding: "utf8",
    });
    const program = join(path.trim(), "python3");
    const result = spawnSync(program, [join(folder, "containers.py"), "image"], {
      encoding: "utf8",
      env: { PATH: state },
    });
    rmSync(state, { recursive: true });
    expect(result.stderr).toContain("error: docker is not installed: install Docker");
  });

  it("writes no files to its folder, which is a Terraform asset", () => {
    containers(["server"], {});
    expect(readdirSync(folder)).not.toContain("__pycache__");
  });
});
