import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, Said, start, temporaryFolder } from "./python";

const FILE = "tool-1.0.0.linux-amd64.tar.gz";
const BYTES = Buffer.from("the bytes of an archive");
const DIGEST = createHash("sha256").update(BYTES).digest("hex");

let server: Server;
let address: string;
let asked: string[];
let answer: (path: string, response: ServerResponse) => void;
let cache: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
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
  asked = [];
  answer = (_path, response) => response.end(BYTES);
  cache = temporaryFolder();
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

async function ensure(requests: readonly unknown[], ...args: string[]): Promise<Said> {
  const env = { ...process.env, CDKTF_MONITORING_CACHE: cache, no_proxy: "*" };
  return start("artifacts.py", ["ensure", "-", ...args], env, JSON.stringify(requests)).ended;
}

function cachedFiles(): string[] {
  const folder = join(cache, "artifacts", "tool", "1.0.0", "amd64");
  return existsSync(folder) ? readdirSync(folder).filter((file) => !file.startsWith(".")) : [];
}

describe("where an archive comes from", () => {
  test("upstream the first time, the cache ever after", async () => {
    // WHEN
    const first = await ensure([request()]);
    const second = await ensure([request()]);

    // THEN
    expect(first.stderr).toContain(`fetched from ${address}/${FILE}, sha256 verified`);
    expect(second.stderr).toContain("in the cache");
    expect(asked).toEqual([`/${FILE}`]);
    const [available] = JSON.parse(second.stdout) as Record<string, string>[];
    expect(available).toMatchObject({ name: "tool", version: "1.0.0", architecture: "amd64", sha256: DIGEST });
    expect(readFileSync(String(available?.path))).toEqual(BYTES);
  });

  test("a mirror, and not upstream", async () => {
    await ensure([request({ location: `${address}/mirror/`, channel: "mirror", url: "http://127.0.0.1:1/never" })]);
    expect(asked).toEqual([`/mirror/${FILE}`]);
  });

  test("a folder, and no network at all", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, FILE), BYTES);
    const said = await ensure([request({ location: folder, channel: "source" })]);
    expect(said.stderr).toContain("tool 1.0.0 amd64 [source]: fetched from");
    expect(asked).toEqual([]);
  });

  test("a folder that lacks it is an error that says where to put it", async () => {
    const said = await ensure([request({ location: "/nowhere", channel: "directory" })]);
    expect(said).toMatchObject({ code: 1, stdout: "" });
    expect(said.stderr).toContain(`/nowhere/${FILE} cannot be read`);
  });

  test("two calls at once download once", async () => {
    answer = (_path, response) => setTimeout(() => response.end(BYTES), 500);
    const both = await Promise.all([ensure([request()]), ensure([request()])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(asked).toHaveLength(1);
  });
});

describe("what is not trusted", () => {
  test("wrong bytes are refused, named, and not kept", async () => {
    // GIVEN
    answer = (_path, response) => response.end("other bytes");

    // WHEN
    const said = await ensure([request()]);

    // THEN
    expect(said.code).toBe(1);
    expect(said.stderr).toContain(`${FILE} from ${address}/${FILE} has the wrong digest`);
    expect(said.stderr).toContain(`expected sha256 ${DIGEST}`);
    expect(said.stderr).toContain(createHash("sha256").update("other bytes").digest("hex"));
    expect(cachedFiles()).toEqual([]);
  });

  test("a damaged archive in the cache is fetched again", async () => {
    await ensure([request()]);
    writeFileSync(join(cache, "artifacts", "tool", "1.0.0", "amd64", FILE), "damaged");
    expect(await ensure([request()])).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(2);
  });

  test("a download that breaks off is tried again, and leaves nothing if it never succeeds", async () => {
    // GIVEN
    answer = (_path, response) => {
      response.writeHead(200, { "Content-Length": BYTES.length * 2 });
      response.write(BYTES, () => response.destroy());
    };

    // WHEN
    const broken = await ensure([request()]);

    // THEN
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("cannot be fetched");
    expect(asked).toHaveLength(3);
    expect(cachedFiles()).toEqual([]);

    // WHEN the network is back
    answer = (_path, response) => response.end(BYTES);

    // THEN
    expect(await ensure([request()])).toMatchObject({ code: 0 });
  }, 20_000);

  test("what is not there is not asked for again", async () => {
    answer = (_path, response) => response.writeHead(404).end();
    const said = await ensure([request()]);
    expect(said.stderr).toContain("answered 404");
    expect(asked).toHaveLength(1);
  });

  test.each(["../../etc", ".hidden", ""])("a request cannot leave the cache: version %p", async (version) => {
    expect(await ensure([request({ version })])).toMatchObject({ code: 1 });
    expect(asked).toEqual([]);
  });
});

describe("what is published beside the source builds", () => {
  const folder = temporaryFolder();

  test("comes from where it is published", async () => {
    const said = await ensure([request({ location: folder })]);
    expect(said.stderr).toContain(`fetched from ${address}/${FILE}`);
  });

  test("comes from their folder if somebody put it there", async () => {
    writeFileSync(join(folder, FILE), BYTES);
    const said = await ensure([request({ location: folder })]);
    expect(said.stderr).toContain(`fetched from ${join(folder, FILE)}`);
    expect(asked).toEqual([]);
  });
});

describe("a digest that nobody publishes", () => {
  const unpublished = (more = {}): unknown => request({ sha256: null, checksums: undefined, ...more });

  test("is that of the file the first time, and checked ever after", async () => {
    // GIVEN
    const lock = join(temporaryFolder(), "artifacts.lock.json");

    // WHEN
    const said = await ensure([unpublished()], "--lock", lock);

    // THEN
    expect(said).toMatchObject({ code: 0 });
    expect(said.stderr).toContain(`took ${DIGEST} from ${address}/${FILE} and recorded it in ${lock}`);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });

    // WHEN it is rewritten
    cache = temporaryFolder();
    answer = (_path, response) => response.end("rewritten");

    // THEN
    const rewritten = await ensure([unpublished()], "--lock", lock);
    expect(rewritten.stderr).toContain("wrong digest");
  });

  test("is not taken over plain http", async () => {
    const lock = join(temporaryFolder(), "lock.json");
    const said = await ensure([unpublished({ url: "http://dashboards.example/1" })], "--lock", lock);
    expect(said.stderr).toContain("a digest is only taken over https, got http://dashboards.example/1");
  });

  test("is not known where there is no file to have", async () => {
    const said = await ensure([unpublished({ url: undefined })], "--lock", join(temporaryFolder(), "lock.json"));
    expect(said.stderr).toContain("neither a SHA-256 nor a checksum file is known");
  });
});

describe("a digest that nobody pinned", () => {
  const unpinned = (): unknown => request({ sha256: null });

  test("is taken once from the release, recorded, and checked ever after", async () => {
    // GIVEN
    const lock = join(temporaryFolder(), "artifacts.lock.json");
    answer = (path, response) =>
      response.end(path.endsWith(".txt") ? `${"0".repeat(64)}  other\n${DIGEST}  ${FILE}\n` : BYTES);

    // WHEN
    const said = await ensure([unpinned()], "--lock", lock);

    // THEN
    expect(said.stderr).toContain(`recorded it in ${lock}`);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });

    // WHEN the release is rewritten, digests and all
    cache = temporaryFolder();
    answer = (_path, response) => response.end("rewritten");
    const rewritten = await ensure([unpinned()], "--lock", lock);

    // THEN
    expect(rewritten.stderr).toContain("wrong digest");
    expect(asked.filter((path) => path.endsWith(".txt"))).toHaveLength(1);
  });

  test("may be all that is in the release's file", async () => {
    const lock = join(temporaryFolder(), "lock.json");
    answer = (path, response) => response.end(path.endsWith(".txt") ? `${DIGEST}\n` : BYTES);
    expect(await ensure([unpinned()], "--lock", lock)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ [`tool/1.0.0/amd64/${FILE}`]: DIGEST });
  });

  test("needs a place to be recorded in", async () => {
    const said = await ensure([unpinned()]);
    expect(said.stderr).toContain("no lock file was named");
  });

  test("is not taken from a list that lacks the file", async () => {
    answer = (_path, response) => response.end("nothing here\n");
    const said = await ensure([unpinned()], "--lock", join(temporaryFolder(), "lock.json"));
    expect(said.stderr).toContain(`does not list ${FILE}`);
  });
});

test("the pins name every architecture's digest, but those that nobody has published beside the release", () => {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as Record<
    string,
    { sha256: Record<string, string | null> }
  >;
  const digests = Object.entries(pins).flatMap(([name, { sha256 }]) =>
    ["amd64", "arm64"].map((architecture) => [`${name} ${architecture}`, sha256[architecture]] as const),
  );
  expect(digests).toHaveLength(14);
  const unknown = digests.filter(([, digest]) => digest === null).map(([name]) => name);
  expect(unknown).toEqual(["loki arm64", "alloy arm64", "promtail arm64"]);
  for (const [, digest] of digests) expect(digest ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
});
