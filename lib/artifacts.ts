import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Architecture } from "./servers/architecture";
import { playbooksDirectory } from "./paths";

/** Describes a published file that does not change, such as a release archive, so that the controller can fetch it. */
export interface ArtifactRequest {
  /** Name of the program. */
  readonly name: string;
  /** Version of the program. */
  readonly version: string;
  /** Architecture for which the file is built, or `any`. */
  readonly architecture: string;
  /** File name. */
  readonly file: string;
  /** Upstream URL of the file; undefined for a source build. */
  readonly url?: string;
  /** Upstream URL of the list of digests of the release. */
  readonly checksums?: string;
  /**
   * Pinned SHA-256 digest; null if it is unknown. In this case, the controller uses the digest in `artifacts.lock.json`. If the
   * user trusts downloads, the controller records a missing digest there: the one in the list `checksums`, or the one of the
   * first download.
   */
  readonly sha256: string | null;
  /** Source of the file if it is not in the cache: `release`, `directory`, `mirror` or `source`. */
  readonly channel: string;
  /** Why the deploy must not use the file. @default - the deploy may use it */
  readonly refused?: string;
}

/** Names of the files of a release, with the placeholders `{version}` and `{arch}`. */
interface Names {
  readonly file: string;
  readonly url: string;
  readonly checksums: string;
}

/** An entry of `playbooks/artifacts.json`: a pinned upstream release. */
interface Pin extends Names {
  readonly version: string;
  /**
   * Names for other versions, if the names above contain a value that is specific to the pinned version, such as a
   * build number.
   */
  readonly others?: Names;
  readonly sha256: Readonly<Record<string, string | null>>;
}

/** An entry of the `manifest.json` in a folder of source builds. */
interface Built {
  readonly version: string;
  readonly file: string;
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * The source of the release archives. Version and SHA-256 of each archive are pinned. The controller fetches an archive
 * once and copies it to the servers, which therefore need no internet access.
 *
 * @example
 * new Monitoring(this, "monitoring", {
 *   technicians: ["203.0.113.7/32"],
 *   artifacts: Artifacts.mirror("https://mirror.example.com/releases"),
 * });
 */
export class Artifacts {
  /** The upstream releases, from the internet. */
  public static released(): Artifacts {
    return new Artifacts("release");
  }

  /**
   * A folder on the controller that contains the release archives, for a controller without internet access.
   *
   * @param path path of the folder, absolute or relative to the project
   */
  public static directory(path: string): Artifacts {
    return new Artifacts("directory", resolve(path));
  }

  /**
   * A web server that has all release archives in one folder.
   *
   * @param url `http` or `https` URL of the folder
   * @throws if `url` is not an `http` or `https` URL
   */
  public static mirror(url: string): Artifacts {
    if (!/^https?:\/\//.test(url))
      throw new Error(
        `Artifacts.mirror: "${url}" is not an http or https URL: use one such as "https://mirror.example.com/releases"`,
      );
    return new Artifacts("mirror", url.replace(/\/+$/, ""));
  }

  /**
   * Archives that `npm run artifacts -- --source` built from source on this machine. Their versions may differ from the
   * pinned releases.
   *
   * @param path path of the folder, absolute or relative to the project
   * @throws if the folder has no manifest
   */
  public static source(path: string): Artifacts {
    const directory = resolve(path);
    return new Artifacts("source", directory, readJson(join(directory, "manifest.json")) as Record<string, Built>);
  }

  /**
   * The source that an environment variable selects: `CDKTF_MONITORING_SOURCE` (folder of source builds),
   * `CDKTF_MONITORING_DIRECTORY` (folder of release archives) or `CDKTF_MONITORING_MIRROR` (URL of a mirror). If none of
   * them is set, the source is the upstream releases. A `Monitoring` uses this source by default.
   *
   * `CDKTF_MONITORING_SOURCE_FOR=local` restricts source builds to local servers. `npm run up` sets it if it built them because
   * the release sites were unreachable.
   */
  public static fromEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): Artifacts {
    const {
      CDKTF_MONITORING_SOURCE: source,
      CDKTF_MONITORING_SOURCE_FOR: sourceFor,
      CDKTF_MONITORING_DIRECTORY: directory,
      CDKTF_MONITORING_MIRROR: mirror,
    } = environment;
    if (source) {
      const { _channel: channel, _location: location, built } = Artifacts.source(source);
      return new Artifacts(channel, location, built, sourceFor === "local");
    }
    if (directory) return Artifacts.directory(directory);
    if (mirror) return Artifacts.mirror(mirror);
    return Artifacts.released();
  }

  private constructor(
    /**
     * Kind of source: `release`, `directory`, `mirror` or `source`.
     *
     * @internal
     */
    public readonly _channel: string,
    /**
     * Folder, or URL of the mirror; undefined for the upstream releases.
     *
     * @internal
     */
    public readonly _location?: string,
    private readonly built?: Readonly<Record<string, Built>>,
    /**
     * Whether only local servers accept the archives.
     *
     * @internal
     */
    public readonly _localOnly = false,
  ) {}

  /**
   * Whether the source has an archive of a program. Only a folder of source builds may lack one.
   *
   * @internal
   */
  public _has(name: string): boolean {
    return this.built === undefined || name in this.built;
  }

  /**
   * Returns the archive of a program for an architecture.
   *
   * @param version version other than the pinned one
   * @throws if the version is malformed, or a folder of source builds does not have the archive
   * @internal
   */
  public _request(name: string, architecture: Architecture, version?: string): ArtifactRequest {
    const malformed = version === undefined ? undefined : versionProblem(version);
    if (malformed !== undefined) throw new Error(malformed);
    if (this.built) return this.builtRequest(name, architecture, version);
    const pin = pinOf(name);
    const chosen = version ?? pin.version;
    const { file, url, checksums } = chosen === pin.version ? pin : (pin.others ?? pin);
    const fill = (text: string): string => text.replaceAll("{version}", chosen).replaceAll("{arch}", architecture);
    return {
      name,
      version: chosen,
      architecture,
      file: fill(file),
      url: fill(`${url}/${file}`),
      checksums: fill(`${url}/${checksums}`),
      sha256: chosen === pin.version ? (pin.sha256[architecture] ?? null) : null,
      channel: this._channel,
    };
  }

  /**
   * Returns a dashboard that is published on grafana.com. If the source is a folder of source builds, which contains no
   * dashboards, the controller fetches the dashboard from grafana.com.
   *
   * @param id number of the dashboard on grafana.com
   * @internal
   */
  public _dashboard(id: number, revision: number): ArtifactRequest {
    return {
      name: `grafana-dashboard-${id}`,
      version: `${revision}`,
      architecture: "any",
      file: `grafana-dashboard-${id}-${revision}.json`,
      url: `https://grafana.com/api/dashboards/${id}/revisions/${revision}/download`,
      sha256: dashboardPins[id]?.[revision] ?? null,
      channel: this.built ? "release" : this._channel,
    };
  }

  private builtRequest(name: string, architecture: Architecture, version?: string): ArtifactRequest {
    const built = this.builtOf(name);
    const sha256 = built.sha256[architecture];
    if (sha256 === undefined || (version !== undefined && version !== built.version)) {
      const found = `${built.version} for ${Object.keys(built.sha256).join(", ")}`;
      throw new Error(
        `no source build of ${name} ${version ?? built.version} for ${architecture} in ${String(this._location)}, which has ${found}: use the upstream releases, a directory or a mirror`,
      );
    }
    return { name, version: built.version, architecture, file: built.file, sha256, channel: this._channel };
  }

  private builtOf(name: string): Built {
    const built = this.built?.[name];
    if (!built)
      throw new Error(
        `no source build of ${name} in ${String(this._location)}: run "npm run artifacts -- --source" in a clone of cdktf-monitoring`,
      );
    return built;
  }
}

/** Returns what is wrong with a version, or undefined. The version is a part of file names and URLs. */
function versionProblem(version: string): string | undefined {
  if (/^\d+\.\d+\.\d+([-+][0-9A-Za-z][0-9A-Za-z.+-]*)?$/.test(version)) return undefined;
  const [, numbers] = /^\s*[vV]?(\d+\.\d+\.\d+)\s*$/.exec(version) ?? [];
  return `version "${version}" is not the number of a release: use ${numbers === undefined ? 'three numbers without "v", such as "3.1.0"' : `"${numbers}"`}`;
}

const pins = readJson(join(playbooksDirectory, "artifacts.json")) as Record<string, Pin>;

/** Digests of dashboards on grafana.com, by id and revision. */
const dashboardPins = readJson(join(playbooksDirectory, "dashboards.json")) as Record<string, Record<string, string>>;

function pinOf(name: string): Pin {
  const pin = pins[name];
  if (!pin) throw new Error(`unknown artifact "${name}": use one of ${Object.keys(pins).join(", ")}`);
  return pin;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
