import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programEnvironment, utf8Locale } from "../../../tools/cli/environment";
import { ensurePrivateDirectory } from "../../../tools/cli/private-directory";

const ALWAYS = { PYTHONUTF8: "1", ...(utf8Locale() === undefined ? {} : { LC_ALL: utf8Locale() }) };

describe("programEnvironment", () => {
  it("drops variables that break or redirect programs", () => {
    const hostile = {
      ...{ PYTHONPATH: "/x", PYTHONHOME: "/x", PYTHONUTF8: "0", PIP_TARGET: "/x", BASH_ENV: "/x", CDPATH: "/x" },
      ...{ TF_CLI_ARGS: "-x", TF_CLI_ARGS_apply: "-x", TF_WORKSPACE: "x", TF_DATA_DIR: "/x", CDKTF_OUTDIR: "/x" },
      ...{ DOCKER_DEFAULT_PLATFORM: "linux/s390x", TMPDIR: "/missing", HOME: "" },
    };
    expect(programEnvironment({}, hostile)).toEqual(ALWAYS);
  });

  it("passes everything else, and adds variables", () => {
    const user = { APP_TOKEN: "a", TF_VAR_x: "b", PIP_INDEX_URL: "c", ANSIBLE_FORKS: "5" };
    expect(programEnvironment({ TF_CLI_ARGS_apply: "-replace=x" }, user)).toEqual({
      ...user,
      ...ALWAYS,
      TF_CLI_ARGS_apply: "-replace=x",
    });
  });

  it("replaces a locale that is not installed", () => {
    const user = { LANG: "de_DE.UTF-8", LC_ALL: "xx_XX", LC_MESSAGES: "xx", LANGUAGE: "de" };
    expect(programEnvironment({}, user)).toEqual(utf8Locale() === undefined ? { ...user, ...ALWAYS } : ALWAYS);
  });

  it("drops the context and the TLS settings of another engine", () => {
    const remote = { DOCKER_CONTEXT: "x", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/x" };
    expect(programEnvironment({ DOCKER_HOST: "unix:///run/x.sock" }, remote)).toEqual({
      DOCKER_HOST: "unix:///run/x.sock",
      ...ALWAYS,
    });
    expect(programEnvironment({}, remote)).toEqual({ ...remote, ...ALWAYS });
  });
});

describe("ensurePrivateDirectory", () => {
  const folder = mkdtempSync(join(tmpdir(), "private-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("creates folders that git and other users ignore, and keeps an existing .gitignore", () => {
    const root = join(folder, ".cdktf-monitoring");
    expect(ensurePrivateDirectory("drills", root)).toBe(join(root, "drills"));
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(root, ".gitignore"), "utf8")).toBe("*\n");
    rmSync(join(root, ".gitignore"));
    chmodSync(root, 0o755);
    ensurePrivateDirectory("", root);
    expect(existsSync(join(root, ".gitignore"))).toBe(true);
  });

  it("explains a folder that cannot be created", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => ensurePrivateDirectory("", join(file, "x"))).toThrow(/cannot write to .*\/file\/x .*as the owner/);
  });
});
