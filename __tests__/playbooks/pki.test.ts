import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot, playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { CertificateTexts as Texts, Pki } from "../support/pki";
import { removeFolders, temporaryFolder } from "./python";

const URI = "URI:cdktf-monitoring://component/node_exporter";
const NAMES = `subjectAltName = IP:192.0.2.11, ${URI}`;
const SUBJECT = { server: "app", kind: "node_exporter", addresses: ["192.0.2.11"] };

afterAll(removeFolders);

interface Subject {
  readonly server: string;
  readonly kind: string;
  readonly addresses: readonly string[];
}

interface Answer {
  readonly problems: readonly (readonly [string, string])[];
  readonly warnings: readonly (readonly [string, string])[];
}

/** Answers of the program for several certificates. */
function check(addresses: readonly string[], ...all: readonly Texts[]): Answer[] {
  return checkAs({ ...SUBJECT, addresses }, ...all);
}

/** Answers of the program for several certificates of a component. */
function checkAs(subject: Subject, ...all: readonly Texts[]): Answer[] {
  const input = JSON.stringify(all.map((texts) => ({ ...subject, texts })));
  const program = join(playbooksDirectory, "check_certificates.py");
  return JSON.parse(execFileSync(ansiblePython() ?? "python3", [program], { encoding: "utf8", input })) as Answer[];
}

ansibleTest("the commands in the guide create a certificate that is accepted", () => {
  const guide = readFileSync(join(packageRoot, "docs/guides/encryption.md"), "utf8");
  const commands = /With openssl:\n\n```sh\n([^]*?)```/.exec(guide)?.[1] ?? "";
  const folder = temporaryFolder();
  execFileSync("sh", ["-euc", commands], { cwd: folder, stdio: "pipe" });
  const read = (path: string): string => readFileSync(join(folder, "pki", path), "utf8");
  const texts = {
    authority: read("authority.pem"),
    certificate: read("app/node_exporter.pem"),
    key: read("app/node_exporter-key.pem"),
  };
  expect(check(["198.51.100.11"], texts)).toEqual([{ problems: [], warnings: [] }]);
});

ansibleTest("a certificate of an intermediate authority is accepted with the certificate of that authority", () => {
  const pki = new Pki(temporaryFolder());
  const intermediate = pki.intermediate("intermediate");
  const texts = pki.issue(NAMES, 365, "intermediate");
  const [complete, alone] = check(
    SUBJECT.addresses,
    { ...texts, certificate: texts.certificate + intermediate },
    texts,
  );
  expect(complete).toEqual({ problems: [], warnings: [] });
  expect(alone?.problems).toEqual([
    [
      "certificate",
      "does not lead to an authority: add the certificates of the intermediate authorities to it, or correct the authority",
    ],
  ]);
});

ansibleTest("a certificate is rejected with the names and usages that it lacks", () => {
  const pki = new Pki(temporaryFolder());
  const [names, none, usage, host] = check(
    SUBJECT.addresses,
    pki.issue("subjectAltName = IP:192.0.2.11"),
    pki.issue("basicConstraints = CA:FALSE"),
    pki.issue(`${NAMES}\nextendedKeyUsage = serverAuth`),
    pki.issue(`subjectAltName = DNS:app, ${URI}`),
  );
  const again = `issue it again with subjectAltName = IP:192.0.2.11,${URI}`;
  expect(names?.problems).toEqual([["certificate", `lacks the alternative names ${URI}: ${again}`]]);
  expect(none?.problems).toEqual([["certificate", `lacks the alternative names IP:192.0.2.11, ${URI}: ${again}`]]);
  expect(usage?.problems).toEqual([
    ["certificate", "is not for servers and clients: issue it again with extendedKeyUsage = serverAuth, clientAuth"],
  ]);
  expect(host?.problems).toEqual([["certificate", `lacks the alternative names IP:192.0.2.11: ${again}`]]);
});

ansibleTest("a host name as address is a name of the type DNS", () => {
  const texts = new Pki(temporaryFolder()).issue(`subjectAltName = DNS:app.example.com, ${URI}`);
  expect(check(["app.example.com"], texts)).toEqual([{ problems: [], warnings: [] }]);
});

ansibleTest("a key is rejected that is not of the certificate, has a passphrase, or is no key", () => {
  const pki = new Pki(temporaryFolder());
  const other = pki.issue(NAMES).key;
  const texts = pki.issue(NAMES);
  const problems = check(
    SUBJECT.addresses,
    { ...texts, key: other },
    { ...texts, key: pki.encrypted() },
    { ...texts, key: "x" },
  ).map((answer) => answer.problems);
  expect(problems).toEqual([
    [["key", "is not the key of the certificate"]],
    [["key", "has a passphrase: store the key without one"]],
    [["key", "contains no private key in PEM"]],
  ]);
});

ansibleTest("an authority is rejected that did not issue the certificate, or is no certificate", () => {
  const pki = new Pki(temporaryFolder());
  pki.create("other");
  const texts = pki.issue(NAMES);
  const both = { ...texts, authority: pki.read("other.pem") + texts.authority };
  const [other, none, two, empty] = check(
    SUBJECT.addresses,
    { ...texts, authority: pki.read("other.pem") },
    { ...texts, authority: "x" },
    both,
    { ...texts, certificate: "x" },
  );
  expect(other?.problems).toEqual([["certificate", expect.stringMatching(/^does not lead to an authority: /)]]);
  expect(none?.problems).toEqual([["authority", "contains no certificate in PEM"]]);
  expect(two?.problems).toEqual([]);
  expect(empty?.problems).toEqual([["certificate", "contains no certificate in PEM"]]);
});

ansibleTest("a certificate that ended is rejected, and one that ends within 30 days leads to a warning", () => {
  const pki = new Pki(temporaryFolder());
  pki.create("short", 20);
  const short = { ...pki.issue(NAMES, 365, "short"), authority: pki.read("short.pem") };
  const [soon, authority, later] = check(SUBJECT.addresses, pki.issue(NAMES, 30), short, pki.issue(NAMES, 32));
  expect(soon).toEqual({
    problems: [],
    warnings: [["certificate", "ends in 29 days: issue it again, and run npx cdktf-monitoring rotate"]],
  });
  expect(authority?.warnings).toEqual([
    ["authority", expect.stringMatching(/^the certificate of CN=short ends in 19 days: issue it again/)],
  ]);
  expect(later).toEqual({ problems: [], warnings: [] });
  const ended = JSON.parse(
    execFileSync(ansiblePython() ?? "python3", ["-c", LATER, playbooksDirectory], {
      encoding: "utf8",
      input: JSON.stringify(pki.issue(NAMES)),
    }),
  ) as readonly (readonly string[])[];
  expect(ended).toEqual([
    ["certificate", expect.stringMatching(/^ended on \d{4}-\d\d-\d\d: issue it again$/)],
    ["certificate", expect.stringMatching(/^begins on \d{4}-\d\d-\d\d: check the clock of this machine$/)],
  ]);
});

const LATER = `
import json, sys
from datetime import datetime, timedelta, timezone
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller.certificates import Subject
from controller.pki_checks import check
texts, subject = json.load(sys.stdin), Subject("node_exporter", "app", ("192.0.2.11",))
times = (datetime.now(timezone.utc) + timedelta(days=days) for days in (366, -1))
print(json.dumps([check(texts, subject, time)[0][0] for time in times]))
`;

ansibleTest("the certificate of a log agent names its server before other hosts", () => {
  const pki = new Pki(temporaryFolder());
  const agent = "URI:cdktf-monitoring://component/log_agent";
  const found = [`DNS:app, IP:192.0.2.11`, `DNS:hub, DNS:app, IP:192.0.2.11`, `IP:192.0.2.11`].map((names) => {
    const texts = pki.issue(`subjectAltName = ${names}, ${agent}`, 365);
    return checkAs({ ...SUBJECT, kind: "log_agent", addresses: [] }, texts).flatMap(({ problems }) =>
      problems.map(([, text]) => text),
    );
  });
  expect(found).toEqual([
    [],
    [
      "names DNS:hub before other host names: issue it again with DNS:app as the first one, by which the gateway knows whose log lines the agent may send",
    ],
    [`lacks the alternative names DNS:app: issue it again with subjectAltName = DNS:app,${agent}`],
  ]);
});
