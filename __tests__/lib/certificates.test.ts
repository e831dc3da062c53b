import { Certificates, Secret } from "../../constructs";

const secret = (variable: string): Secret => Secret.fromEnvironment(variable);

describe("Certificates.fromFiles", () => {
  it("finds the certificate and the key of a component in the folder of its server", () => {
    expect(Certificates.fromFiles("pki")._of("app", "node_exporter")).toEqual({
      authority: { name: "authority", file: "pki/authority.pem", version: "1" },
      certificate: { name: "certificate", file: "pki/app/node_exporter.pem", version: "1" },
      key: { name: "key", file: "pki/app/node_exporter-key.pem", version: "1" },
    });
  });

  it("takes another file for the authority, and a version", () => {
    const certificates = Certificates.fromFiles("/etc/pki", { authority: "ca.pem", version: "2" });
    expect(certificates._of("app", "node_exporter")).toMatchObject({
      authority: { file: "ca.pem", version: "2" },
      key: { file: "/etc/pki/app/node_exporter-key.pem", version: "2" },
    });
  });

  it("rejects a path with a quote", () => {
    expect(() => Certificates.fromFiles('p"ki')).toThrow(
      'Certificates.fromFiles: folder: "p"ki" is not the path of a file',
    );
  });
});

describe("Certificates.fromSecrets", () => {
  const app = { server: "app", component: "node_exporter", certificate: secret("APP"), key: secret("APP_KEY") };

  it("finds the secrets of a component on a server", () => {
    const certificates = Certificates.fromSecrets({ authority: secret("CA"), components: [app] });
    expect(certificates._of("app", "node_exporter")).toEqual({
      authority: { name: "authority", environment: "CA", version: "1" },
      certificate: { name: "certificate", environment: "APP", version: "1" },
      key: { name: "key", environment: "APP_KEY", version: "1" },
    });
    expect(certificates._of("hub", "node_exporter")).toBeUndefined();
  });

  it("rejects two certificates of one component", () => {
    expect(() => Certificates.fromSecrets({ authority: secret("CA"), components: [app, app] })).toThrow(
      "Certificates.fromSecrets: node_exporter on app has two certificates: remove one",
    );
  });
});
