import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, Output, start, temporaryFolder } from "./python";

const FILE = "tool-1.0.0.linux-amd64.tar.gz";
const BYTES = Buffer.from("the bytes of an archive");
const DIGEST = createHash("sha256").update(BYTES).digest("hex");

let server: Server;
let address: string;
let requested: string[];
let answer: (path: string, response: ServerResponse) => void;
let cache: string;
let trusting: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requested.push(request.url ?? "");
    answer(request.url ?? "", response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  removeFolders();
});

beforeEach(() => {
  requested = [];
  answer = (_path, response) => response.end(BYTES);
  cache = temporaryFolder();
  trusting = "true";
});

function request(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const base = {
    name: "tool",
    version: "1.0.0",
    architecture: "amd64",
    file: FILE,
    sha256: DIGEST,
    channel: "release",
  };
  return { ...base, url: `${address}/${FILE}`, checksums: `${address}/sha256sums.txt`, ...more };
}

async function ensure(requests: readonly unknown[], ...args: string[]): Promise<Output> {
  const env = {
    ...process.env,
    CDKTF_MONITORING_CACHE: cache,
    CDKTF_MONITORING_TRUST_DOWNLOADS: trusting,
    no_proxy: "*",
  };
  return start("artifacts.py", ["ensure", "-", ...args], env, JSON.stringify(requests)).ended;
}

function cachedFiles(): string[] {
  const folder = join(cache, "artifacts", "tool", "1.0.0", "amd64");
  return existsSync(folder) ? readdirSync(folder).filter((file) => !file.startsWith(".")) : [];
}

describe("the source of an archive", () => {
  it("is upstream the first time, and the cache afterwards", async () => {
    // WHEN
    const first = await ensure([request()]);
    const second = await ensure([request()]);

    // THEN
    expect(first.stderr).toContain(`fetched from ${address}/${FILE}, SHA-256 verified`);
    expect(second.stderr).toContain("in the cache");
    expect(requested).toEqual([`/${FILE}`]);
    const [available] = JSON.parse(second.stdout) as Record<string, string>[];
    expect(available).toMatchObject({ name: "tool", version: "1.0.0", architecture: "amd64", sha256: DIGEST });
    expect(readFileSync(String(available?.path))).toEqual(BYTES);
  });

  it("is the mirror instead of upstream", async () => {
    await ensure([request({ location: `${address}/mirror/`, channel: "mirror", url: "http://127.0.0.1:1/never" })]);
    expect(requested).toEqual([`/mirror/${FILE}`]);
  });

  it("is the folder, without network access", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, FILE), BYTES);
    const output = await ensure([request({ location: folder, channel: "source" })]);
    expect(output.stderr).toContain("tool 1.0.0 amd64 [source]: fetched from");
    expect(requested).toEqual([]);
  });

  it("causes an error with the expected path if the folder does not contain the archive", async () => {
    const output = await ensure([request({ location: "/nowhere", channel: "directory" })]);
    expect(output).toMatchObject({ code: 1, stdout: "" });
    expect(output.stderr).toContain(`cannot read /nowhere/${FILE}`);
  });

  it("is not asked for an archive that the synthesis refuses", async () => {
    const output = await ensure([request({ refused: "for local servers only" })]);
    expect(output).toMatchObject({ code: 1, stderr: "error: tool 1.0.0 amd64: for local servers only\n" });
    expect(requested).toEqual([]);
  });

  it("is asked once if two processes need the archive at the same time", async () => {
    answer = (_path, response) => setTimeout(() => response.end(BYTES), 500);
    const both = await Promise.all([ensure([request()]), ensure([request()])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(requested).toHaveLength(1);
  });
});

describe("an unusable archive", () => {
  it("with the wrong SHA-256 is discarded, and both digests are printed", async () => {
    // GIVEN
    answer = (_path, response) => response.end("other bytes");

    // WHEN
    const output = await ensure([request()]);

    // THEN
    expect(output.code).toBe(1);
    expect(output.stderr).toContain(`${FILE} from ${address}/${FILE} has the wrong SHA-256`);
    expect(output.stderr).toContain(`expected ${DIGEST}`);
    expect(output.stderr).toContain(createHash("sha256").update("other bytes").digest("hex"));
    expect(cachedFiles()).toEqual([]);
  });

  it("in the cache is fetched again", async () => {
    await ensure([request()]);
    writeFileSync(join(cache, "artifacts", "tool", "1.0.0", "amd64", FILE), "damaged");
    expect(await ensure([request()])).toMatchObject({ code: 0 });
    expect(requested).toHaveLength(2);
  });

  it("from an interrupted download is retried, and leaves no file if all attempts fail", async () => {
    // GIVEN
    answer = (_path, response) => {
      response.writeHead(200, { "Content-Length": BYTES.length * 2 });
      response.write(BYTES, () => response.destroy());
    };

    // WHEN
    const broken = await ensure([request()]);

    // THEN
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(`cannot fetch ${address}/${FILE}`);
    expect(requested).toHaveLength(3);
    expect(cachedFiles()).toEqual([]);

    // WHEN the network is back
    answer = (_path, response) => response.end(BYTES);

    // THEN
    expect(await ensure([request()])).toMatchObject({ code: 0 });
  }, 20_000);

  it("that does not exist upstream is not retried", async () => {
    answer = (_path, response) => response.writeHead(404).end();
    const output = await ensure([request()]);
    expect(output.stderr).toContain("returned 404");
    expect(requested).toHaveLength(1);
  });

  it.each(["../../etc", ".hidden", ""])("with a version outside the cache folder is rejected: %p", async (version) => {
    expect(await ensure([request({ version })])).toMatchObject({ code: 1 });
    expect(requested).toEqual([]);
  });
});

describe("an archive of the channel release, next to source builds", () => {
  const folder = temporaryFolder();

  it("comes from upstream", async () => {
    const output = await ensure([request({ location: folder })]);
    expect(output.stderr).toContain(`fetched from ${address}/${FILE}`);
  });

  it("comes from the folder of source builds if it exists there", async () => {
    writeFileSync(join(folder, FILE), BYTES);
    const output = await ensure([request({ location: folder })]);
    expect(output.stderr).toContain(`fetched from ${join(folder, FILE)}`);
    expect(requested).toEqual([]);
  });
});

describe("a digest that is not pinned", () => {
  it.each([{ checksums: undefined }, {}])(
    "is not taken from the release site unless the user asks: %p",
    async (more) => {
      trusting = "";
      const lock = join(temporaryFolder(), "artifacts.lock.json");
      const output = await ensure([request({ sha256: null, ...more })], "--lock", lock);
      expect(output.code).toBe(1);
      expect(output.stderr).toContain("tool 1.0.0 amd64: no SHA-256 is pinned: get it from");
      expect(output.stderr).toContain(`add it to ${lock}:\n  "tool/1.0.0/amd64/${FILE}": "<SHA-256>"`);
      expect(output.stderr).toContain("run this once with CDKTF_MONITORING_TRUST_DOWNLOADS=true");
      expect(requested).toEqual([]);
      expect(cachedFiles()).toEqual([]);
    },
  );

  it("may be added to the lock file by hand", async () => {
    trusting = "";
    const lock = join(temporaryFolder(), "artifacts.lock.json");
    writeFileSync(lock, JSON.stringify({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST }));
    expect(await ensure([request({ sha256: null })], "--lock", lock)).toMatchObject({ code: 0 });
    expect(requested).toEqual([`/${FILE}`]);
  });
});

describe("a digest that is neither pinned nor published", () => {
  const unpublished = (more = {}): unknown => request({ sha256: null, checksums: undefined, ...more });

  it("is computed from the first download, recorded, and checked afterwards", async () => {
    // GIVEN
    const lock = join(temporaryFolder(), "artifacts.lock.json");

    // WHEN
    const output = await ensure([unpublished()], "--lock", lock);

    // THEN
    expect(output).toMatchObject({ code: 0 });
    expect(output.stderr).toContain(`recorded ${DIGEST} from ${address}/${FILE} in ${lock}`);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });

    // WHEN it is rewritten
    cache = temporaryFolder();
    answer = (_path, response) => response.end("rewritten");

    // THEN
    const rewritten = await ensure([unpublished()], "--lock", lock);
    expect(rewritten.stderr).toContain("wrong SHA-256");
  });

  it("is not taken from a plain http URL", async () => {
    const lock = join(temporaryFolder(), "lock.json");
    const output = await ensure([unpublished({ url: "http://dashboards.example/1" })], "--lock", lock);
    expect(output.stderr).toContain("cannot take a SHA-256 from http://dashboards.example/1: use an https URL");
  });

  it("is an error without a URL", async () => {
    const output = await ensure([unpublished({ url: undefined })], "--lock", join(temporaryFolder(), "lock.json"));
    expect(output.stderr).toContain("no SHA-256 is pinned, and there is no URL to take it from");
  });
});

describe("a digest that is published but not pinned", () => {
  const unpinned = (): unknown => request({ sha256: null });

  it("is taken once from the checksum file, recorded, and checked afterwards", async () => {
    // GIVEN
    const lock = join(temporaryFolder(), "artifacts.lock.json");
    answer = (path, response) =>
      response.end(path.endsWith(".txt") ? `${"0".repeat(64)}  other\n${DIGEST}  ${FILE}\n` : BYTES);

    // WHEN
    const output = await ensure([unpinned()], "--lock", lock);

    // THEN
    expect(output.stderr).toContain(`recorded ${DIGEST} from ${address}/sha256sums.txt in ${lock}`);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });

    // WHEN the release is rewritten, digests and all
    cache = temporaryFolder();
    answer = (_path, response) => response.end("rewritten");
    const rewritten = await ensure([unpinned()], "--lock", lock);

    // THEN
    expect(rewritten.stderr).toContain("wrong SHA-256");
    expect(requested.filter((path) => path.endsWith(".txt"))).toHaveLength(1);
  });

  it("may be the only content of the checksum file", async () => {
    const lock = join(temporaryFolder(), "lock.json");
    answer = (path, response) => response.end(path.endsWith(".txt") ? `${DIGEST}\n` : BYTES);
    expect(await ensure([unpinned()], "--lock", lock)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });
  });

  it("needs a lock file", async () => {
    const output = await ensure([unpinned()]);
    expect(output.stderr).toContain("no SHA-256 is pinned: pass --lock with a file to record it in");
  });

  it("is an error if the checksum file does not list the archive", async () => {
    answer = (_path, response) => response.end("nothing here\n");
    const output = await ensure([unpinned()], "--lock", join(temporaryFolder(), "lock.json"));
    expect(output.stderr).toContain(`does not list ${FILE}`);
  });
});

test("the pins contain the digest of every architecture, except digests that upstream does not publish", () => {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as Record<
    string,
    { sha256: Record<string, string | null> }
  >;
  const digests = Object.entries(pins).flatMap(([name, { sha256 }]) =>
    ["amd64", "arm64"].map((architecture) => [`${name} ${architecture}`, sha256[architecture]] as const),
  );
  expect(digests).toHaveLength(16);
  const unknown = digests.filter(([, digest]) => digest === null).map(([name]) => name);
  expect(unknown).toEqual(["loki arm64", "alloy arm64", "promtail arm64"]);
  for (const [, digest] of digests) expect(digest ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
});
