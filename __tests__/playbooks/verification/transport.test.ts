import { createServer as createHttpServer, RequestListener, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { CertificateTexts, Pki } from "../../support/pki";
import { removeFolders, temporaryFolder } from "../python";
import { evaluator, literal, runCheck } from "./check";

const evaluate = evaluator("transport", "pathlib");
const folder = temporaryFolder();
let texts: CertificateTexts;

afterAll(removeFolders);

beforeAll(() => {
  texts = new Pki(temporaryFolder()).issue("subjectAltName = IP:127.0.0.1");
  for (const kind of ["node_exporter", "log_agent"]) {
    mkdirSync(join(folder, kind));
    for (const name of ["authority", "certificate", "key"] as const)
      writeFileSync(join(folder, kind, `${name}.pem`), texts[name]);
  }
});

/** The result for a server that is asked as every client. */
async function check(server: Server): Promise<unknown> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const ports = [`node_exporter:${port}:plain,anonymous,other`];
    const result = await evaluate(`check("127.0.0.1", ${literal(ports)}, Path(${JSON.stringify(folder)}))`);
    return JSON.parse(JSON.stringify(result).replaceAll(String(port), "9100")) as unknown;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answers =
  (status: number): RequestListener =>
  (_, response) => {
    response.writeHead(status).end("metrics");
  };
const byTls = (options: object, status = 200): Server =>
  createTlsServer({ cert: texts.certificate, key: texts.key, ca: texts.authority, ...options }, answers(status));
const accepted = (...clients: readonly string[]): unknown => ({
  requests: 3,
  accepted: clients.map((client) => ({ kind: "node_exporter", port: 9100, client })),
});

test("transport.py accepts a port that demands a certificate, unless it admits the wrong one", async () => {
  expect(await check(byTls({ requestCert: true }))).toEqual(accepted("other"));
  expect(await check(byTls({ requestCert: true }, 403))).toEqual(accepted());
});

test("transport.py reports a port that answers without a certificate, or without TLS", async () => {
  expect(await check(byTls({}))).toEqual(accepted("anonymous", "other"));
  expect(await check(createHttpServer(answers(200)))).toEqual(accepted("plain"));
  expect(await check(createHttpServer(answers(401)))).toEqual(accepted());
});

test("transport.py reports such a port with a certificate of another authority, too", async () => {
  const other = new Pki(temporaryFolder()).issue("subjectAltName = IP:127.0.0.1");
  expect(await check(byTls({ cert: other.certificate, key: other.key }))).toEqual(accepted("anonymous", "other"));
});

test("transport.py counts no request to a port at which nothing listens", async () => {
  const args = ["127.0.0.1", "hub", "monitoring", "gateway:9:plain"];
  expect(await runCheck("transport", args)).toEqual({ requests: 0, accepted: [] });
});
