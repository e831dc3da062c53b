import { execFileSync } from "node:child_process";
import { ansiblePython } from "./ansible";

/** What a client of a TLS service shows and trusts. All are paths of PEM files. */
export interface TlsClient {
  /** The authority that the client trusts. */
  readonly authority: string;
  /** The client's certificate and key; none if it shows none. */
  readonly certificate?: string;
  readonly key?: string;
}

const REQUEST = `
import http.client, ssl, sys
address, port, authority, certificate, key = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
if certificate: context.load_cert_chain(certificate, key)
try:
    connection = http.client.HTTPSConnection(address, int(port), timeout=5, context=context)
    connection.request("GET", "/metrics")
    print(connection.getresponse().status, connection.sock.version() if connection.sock else "")
except ssl.SSLError as error:
    print("refused", error.reason)
except OSError as error:
    print("refused", type(error).__name__)
`;

/** Requests `/metrics` by TLS from this machine, and returns the status and TLS version, or why there is no answer. */
export function requestByTls(
  address: string,
  port: number,
  { authority, certificate = "", key = "" }: TlsClient,
): string {
  const args = ["-c", REQUEST, address, String(port), authority, certificate, key];
  return execFileSync("python3", args, { encoding: "utf8" }).trim();
}

const HANDSHAKE = `
import socket, ssl, sys
address, port, authority, certificate, key = sys.argv[1:]
connection = socket.create_connection((address, int(port)), timeout=2)
try:
    if authority:
        context = ssl.create_default_context(cafile=authority)
        context.set_alpn_protocols(["h2"])
        if certificate: context.load_cert_chain(certificate, key)
        connection = context.wrap_socket(connection, server_hostname=address)
        version = connection.version()
    else:
        connection.sendall(b"no TLS at all\\n")
        version = "without TLS"
    # A server refuses a certificate after the handshake of the client has ended. An alert of TLS is not encrypted here.
    answer = connection.recv(1)
    print("accepted " + version if answer not in (b"", b"\\x15") else "refused")
except TimeoutError:
    print("accepted", version)
except ssl.SSLError as error:
    print("refused", error.reason)
except OSError as error:
    print("refused", type(error).__name__)
`;

/**
 * Opens a connection from this machine to a port that does not serve HTTP, and returns whether the server accepts it, or why
 * not.
 *
 * @param client default: no TLS
 */
export function connectByTls(
  address: string,
  port: number,
  { authority, certificate = "", key = "" }: TlsClient = { authority: "" },
): string {
  const args = ["-c", HANDSHAKE, address, String(port), authority, certificate, key];
  return execFileSync("python3", args, { encoding: "utf8" }).trim();
}

const ISSUE = `
import json, sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from controller import certificates
given = json.load(sys.stdin)
authority = certificates.Pair(given["key"], given["certificate"]) if given["key"] else certificates.new_authority("other")
certificates.COMPONENT_DAYS, certificates.BACKDATED = given["days"], timedelta(days=400)
pair = certificates.issue(authority, certificates.Subject(given["kind"], "app", ("192.0.2.1",)))
folder = Path(sys.argv[2])
for name, text in {"key": pair.key, "certificate": pair.certificate, "authority": authority.certificate}.items():
    (folder / f"{name}.pem").write_text(text)
`;

/** An authority's key and certificate, in PEM; empty for a new authority. */
export interface AuthorityPair {
  readonly key: string;
  readonly certificate: string;
}

/** Issues a certificate for a kind of component, and writes `key.pem`, `certificate.pem` and `authority.pem`. */
export function issueCertificate(
  playbooks: string,
  folder: string,
  authority: AuthorityPair,
  kind: string,
  days = 30,
): void {
  const input = JSON.stringify({ ...authority, kind, days });
  execFileSync(ansiblePython() ?? "python3", ["-c", ISSUE, playbooks, folder], { input });
}
