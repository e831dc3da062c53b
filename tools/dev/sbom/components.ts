import { Artifacts } from "../../../lib/artifacts";
import { Architecture } from "../../../lib/servers/architecture";

/** A component in a bill of materials of CycloneDX 1.6, with the properties that this tool reads or writes. */
export interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly object[];
  readonly externalReferences?: readonly object[];
}

/** A digest in a bill of materials. */
export interface Hash {
  readonly alg: string;
  readonly content: string;
}

/** An entry of `playbooks/artifacts.json`, as far as it matters here. */
interface Pin {
  readonly version: string;
  readonly license?: string;
}

/** Returns the release archives of all architectures. */
export function archives(pins: Readonly<Record<string, Pin>>): Component[] {
  const released = Artifacts.released();
  return Object.entries(pins).flatMap(([name, { license }]) =>
    Object.values(Architecture).map((architecture) => {
      const { version, file, url = "", sha256 } = released._request(name, architecture);
      return {
        "bom-ref": `${name}@${version}/${architecture}`,
        type: "application",
        name,
        version,
        purl: `pkg:generic/${name}@${version}?arch=${architecture}&download_url=${encodeURIComponent(url)}`,
        ...(sha256 === null ? {} : { hashes: [{ alg: "SHA-256", content: sha256 }] }),
        ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
        externalReferences: [{ type: "distribution", url, comment: file }],
      };
    }),
  );
}

/** Returns the dashboards of grafana.com whose digests are pinned. */
export function dashboards(pins: Readonly<Record<string, Readonly<Record<string, string>>>>): Component[] {
  const released = Artifacts.released();
  return Object.entries(pins).flatMap(([id, revisions]) =>
    Object.entries(revisions).map(([revision, content]) => {
      const { name, url } = released._dashboard(Number(id), Number(revision));
      return {
        "bom-ref": `${name}@${revision}`,
        type: "data",
        name,
        version: revision,
        hashes: [{ alg: "SHA-256", content }],
        externalReferences: [{ type: "distribution", url }],
      };
    }),
  );
}

/**
 * Returns the base images of local servers.
 *
 * @param list the images with their digests, one per line
 * @throws if the list has no image, or one without a digest
 */
export function baseImages(list: string): Component[] {
  const lines = list.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length === 0) throw new Error("the list of base images is empty");
  return lines.map((line) => {
    const [, name = "", tag = "", content = ""] = /^(\w+):([\w.-]+)@sha256:([0-9a-f]{64})$/.exec(line) ?? [];
    if (content === "") throw new Error(`"${line}" is not a base image with a digest`);
    return {
      "bom-ref": `${name}:${tag}`,
      type: "container",
      name,
      version: tag,
      purl: `pkg:oci/${name}@sha256%3A${content}?tag=${tag}`,
      hashes: [{ alg: "SHA-256", content }],
    };
  });
}

/** Returns the installed Python packages of a lock, with the digests of the wheels of their version. */
export function pythonPackages(installed: readonly Component[], lock: string): Component[] {
  const digests = new Map(
    lock
      .replaceAll("\\\n", " ")
      .split("\n")
      .flatMap((line) => {
        const [pin] = /^[\w.-]+==[^\s;]+/.exec(line) ?? [];
        const found = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, digest = ""]) => digest);
        return pin === undefined ? [] : [[pin, found] as const];
      }),
  );
  return installed.flatMap((component) => {
    const name = component.name.toLowerCase().replace(/[-_.]+/g, "-");
    const found = digests.get(`${name}==${component.version ?? ""}`);
    // Python itself installs pip and setuptools into each virtual environment.
    if (found === undefined) return [];
    const distribution = {
      type: "distribution",
      url: `https://pypi.org/project/${name}/${component.version ?? ""}/`,
      comment: "SHA-256 of each file that pip accepts",
      hashes: found.map((content) => ({ alg: "SHA-256", content })),
    };
    return [{ ...component, externalReferences: [...(component.externalReferences ?? []), distribution] }];
  });
}
