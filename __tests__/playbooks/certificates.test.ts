import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";

const SCRIPT = `
import json, sys
from datetime import datetime, timedelta, timezone
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller.certificates import Subject, issue, new_authority, reason_to_replace
authority = new_authority("production")
subject = Subject("node_exporter", "app.example.com", ("192.0.2.1", "2001:db8::1", "192.0.2.1", "app.internal"))
own = issue(authority, subject)
def later(days): return datetime.now(timezone.utc) + timedelta(days=days)
def reason(certificate=own.certificate, authority=authority.certificate, subject=subject, now=None):
    return reason_to_replace(certificate, authority, subject, now)
print(json.dumps({
    "authority": authority.certificate,
    "certificate": own.certificate,
    "keysDiffer": issue(authority, subject).key != own.key,
    "valid": reason(),
    "in 304 days": reason(now=later(304)),
    "in 306 days": reason(now=later(306)),
    "ended": reason(now=later(400)),
    "none": reason(certificate=""),
    "no certificate": reason(certificate="x"),
    "other authority": reason(authority=new_authority("production").certificate),
    "no authority": reason(authority=""),
    "one of two authorities": reason(authority=new_authority("production").certificate + authority.certificate),
    "other address": reason(subject=Subject("node_exporter", "app.example.com", ("192.0.2.2",))),
    "other kind": reason(subject=Subject("prometheus", "app.example.com", subject.addresses)),
}))
`;

interface Outcome {
  readonly authority: string;
  readonly certificate: string;
  readonly keysDiffer: boolean;
}

let outcome: (Outcome & Readonly<Record<string, unknown>>) | undefined;

/** What the controller answers. Creating keys takes a moment, so all tests share one answer. */
function answer(): Outcome & Readonly<Record<string, unknown>> {
  const python = ansiblePython() ?? "python3";
  outcome ??= JSON.parse(execFileSync(python, ["-c", SCRIPT, playbooksDirectory], { encoding: "utf8" })) as Outcome &
    Readonly<Record<string, unknown>>;
  return outcome;
}

const DAY = 24 * 60 * 60 * 1000;

ansibleTest("the authority can sign certificates of components, but no further authorities", () => {
  const authority = new X509Certificate(answer().authority);
  expect(authority.ca).toBe(true);
  expect(authority.subject).toBe("CN=cdktf-monitoring authority of production");
  expect(authority.checkIssued(authority)).toBe(true);
  expect(new Date(authority.validTo).getTime() - Date.now()).toBeGreaterThan(3649 * DAY);
});

ansibleTest("a certificate names the server, its addresses once, the loopback and the kind", () => {
  const own = new X509Certificate(answer().certificate);
  expect(own.verify(new X509Certificate(answer().authority).publicKey)).toBe(true);
  expect(own.ca).toBe(false);
  expect(own.subjectAltName?.split(", ")).toEqual([
    "DNS:app.example.com",
    "IP Address:192.0.2.1",
    "IP Address:2001:DB8:0:0:0:0:0:1",
    "DNS:app.internal",
    "DNS:localhost",
    "IP Address:127.0.0.1",
    "IP Address:0:0:0:0:0:0:0:1",
    "URI:cdktf-monitoring://component/node_exporter",
  ]);
  // Server and client authentication.
  expect(own.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  const days = (new Date(own.validTo).getTime() - Date.now()) / DAY;
  expect(Math.round(days)).toBe(365);
  expect(answer().keysDiffer).toBe(true);
});

ansibleTest("a valid certificate stays until 60 days before its end", () => {
  expect(answer().valid).toBe("");
  expect(answer()["one of two authorities"]).toBe("");
  expect(answer()["in 304 days"]).toBe("");
  expect(answer()["in 306 days"]).toBe("it ends in 58 days");
  expect(answer().ended).toBe("it ends in 0 days");
});

ansibleTest("a certificate is replaced if it does not confirm what it should", () => {
  const replaced = ["none", "no certificate", "other authority", "no authority", "other address", "other kind"];
  expect(replaced.map((name) => answer()[name])).toEqual([
    "there is none",
    "it is malformed, or from another authority",
    "it is malformed, or from another authority",
    "it is malformed, or from another authority",
    "the names or addresses of the server changed",
    "the names or addresses of the server changed",
  ]);
});
