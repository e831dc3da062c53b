import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder } from "./python";

const SCRIPT = readFileSync(join(playbooksDirectory, "controller/authority.sh"), "utf8");

const key = (name: string): string => `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`;
const certificate = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

afterAll(removeFolders);

/** The folder of an authority. */
class Folder {
  public readonly path = join(temporaryFolder(), "certificate_authority");

  public constructor() {
    mkdirSync(this.path);
    this.write("key.pem", key("old"));
    this.write("certificate.pem", certificate("old"));
  }

  public write(name: string, content: string): void {
    writeFileSync(join(this.path, name), content);
  }

  public get files(): string[] {
    return readdirSync(this.path).filter((name) => !name.endsWith(".new"));
  }

  public call(verb: string, phase = "", input = ""): { code: number | null; output: string[]; stderr: string } {
    const args = ["-c", SCRIPT, "authority.sh", verb, this.path, phase];
    const { status, stdout, stderr } = spawnSync("sh", args, { encoding: "utf8", input });
    const output = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("-----END"));
    return { code: status, output: output.map((line) => line.replace(/^-----BEGIN (.*)-----$/, "$1:")), stderr };
  }

  public advance(phase: number, successor = "new"): string[] {
    return this.call("advance", String(phase), key(successor) + certificate(successor)).output;
  }
}

describe("the authority on its server", () => {
  it("publishes itself, and its key only to those who sign", () => {
    const folder = new Folder();
    expect(folder.call("show").output).toEqual(["phase=0", "CERTIFICATE:", "old", "CERTIFICATE:", "old"]);
    const read = ["phase=0", "PRIVATE KEY:", "old", "CERTIFICATE:", "old", "CERTIFICATE:", "old"];
    expect(folder.call("read").output).toEqual(read);
  });

  it("is replaced in three phases: trust both, sign with the new one, forget the old one", () => {
    const folder = new Folder();
    const both = ["CERTIFICATE:", "old", "CERTIFICATE:", "new"];
    expect(folder.advance(0)).toEqual(["phase=1", "CERTIFICATE:", "old", ...both]);
    expect(folder.advance(1)).toEqual(["phase=2", "CERTIFICATE:", "new", ...both]);
    expect(folder.call("read").output.slice(0, 3)).toEqual(["phase=2", "PRIVATE KEY:", "new"]);
    expect(folder.advance(2)).toEqual(["phase=3", "CERTIFICATE:", "new", "CERTIFICATE:", "new"]);
    expect(folder.advance(3)).toEqual(["phase=0", "CERTIFICATE:", "new", "CERTIFICATE:", "new"]);
    expect(folder.files).toEqual(["certificate.pem", "key.pem"]);
  });

  it("begins a phase once, however often it is asked to", () => {
    const folder = new Folder();
    folder.advance(0, "new");
    expect(folder.advance(0, "another")).toEqual(folder.call("show").output);
    folder.advance(1);
    expect(folder.advance(1)[0]).toBe("phase=2");
    expect(folder.advance(0, "another")[0]).toBe("phase=2");
    expect(folder.advance(3)[0]).toBe("phase=2");
  });

  it.each([
    ["before the new key is in place", () => undefined],
    [
      "between the key and the certificate",
      (folder: Folder) => {
        folder.write("key.pem", key("new"));
      },
    ],
    [
      "after both",
      (folder: Folder) => {
        folder.write("key.pem", key("new"));
        folder.write("certificate.pem", certificate("new"));
      },
    ],
  ])("completes a change of the signing authority that was interrupted %s", (_, interrupted) => {
    const folder = new Folder();
    folder.advance(0);
    folder.write("former.pem", certificate("old"));
    interrupted(folder);
    const both = ["CERTIFICATE:", "old", "CERTIFICATE:", "new"];
    expect(folder.call("read").output).toEqual(["phase=2", "PRIVATE KEY:", "new", "CERTIFICATE:", "new", ...both]);
    expect(folder.files).toEqual(["certificate.pem", "former.pem", "key.pem"]);
  });

  it("rejects an incomplete successor, and keeps its phase", () => {
    const folder = new Folder();
    const { code, stderr } = folder.call("advance", "0", key("new"));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "the key or the certificate of the next authority is incomplete\n",
    });
    expect(folder.call("show").output[0]).toBe("phase=0");
  });

  it("reports that it does not exist", () => {
    const folder = new Folder();
    rmSync(join(folder.path, "key.pem"));
    expect(folder.call("show")).toMatchObject({ code: 1, stderr: "its key or its certificate is missing\n" });
    expect(existsSync(join(folder.path, "next.pem"))).toBe(false);
  });
});
