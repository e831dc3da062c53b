import { CertificateNeeds } from "../components/certificates";
import { IMonitoring } from "../contracts";

/** Returns a message for each component that needs a certificate and cannot have one. */
export function certificateProblems(monitoring: IMonitoring): string[] {
  return [...missingCertificates(monitoring), ...userProvidedClients(monitoring)];
}

/** Returns a message for each component that has no certificate among those of the user. */
function missingCertificates(monitoring: IMonitoring): string[] {
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

/** Returns a message for each component with a user-provided playbook that connects to one that demands a certificate. */
function userProvidedClients({ _components: components, _listening: listening }: IMonitoring): string[] {
  const demanding = listening.flatMap(({ kind, listeners }) =>
    listeners.filter((listener) => listener._clientCertificates === true).map(({ name }) => `${kind} ${name}`),
  );
  return components
    .filter(({ _playbook: playbook }) => playbook !== undefined)
    .flatMap(({ node, connections }) =>
      connections
        .filter(({ kind, listener }) => demanding.includes(`${kind} ${listener}`))
        .map(
          ({ kind }) =>
            `${node.path} connects to ${kind}, which demands a certificate with Transport.mutualTls(), but only built-in components have certificates: remove the connection, or set transport: Transport.plain()`,
        ),
    );
}
