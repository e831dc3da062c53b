import { CertificateNeeds } from "../components/certificates";
import { IMonitoring } from "../contracts";

/** Returns a message for each component that has no certificate among those of the user. */
export function certificateProblems(monitoring: IMonitoring): string[] {
  const certificates = monitoring.transport._certificates;
  if (certificates === undefined) return [];
  const needs = new CertificateNeeds(monitoring);
  return monitoring._components.flatMap((component) => {
    const { kind, member, node } = component;
    const { name } = member.server;
    if (!needs.isNeededBy(component) || certificates._of(name, kind) !== undefined) return [];
    return [
      `${node.path} has no certificate: add { server: "${name}", component: "${kind}", certificate, key } to Certificates.fromSecrets`,
    ];
  });
}
