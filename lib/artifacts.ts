import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Architecture } from "./servers/architecture";
import { playbooksDirectory } from "./paths";

/** One release archive, or another file that is published once and for all, as the playbooks' fetcher takes it. */
export interface ArtifactRequest {
  /** The program's name. */
  readonly name: string;
  /** The version that is wanted. */
  readonly version: string;
  /** What of the release it is for: an architecture, or `any`. */
  readonly architecture: string;
  /** The archive's file name. */
  readonly file: string;
  /** Its address upstream; absent where it was built from source. */
  readonly url?: string;
  /** Where upstream lists the digests of that release. */
  readonly checksums?: string;
  /**
   * The pinned digest; null when none is known. Then the release's own checksum file is asked once, or where there is
   * none, the file itself is trusted the first time.
   */
  readonly sha256: string | null;
  /** Where the archive comes from when it is not in the cache. */
  readonly channel: string;
}

/** What a release's files are called; `{version}` and `{arch}` stand for what they are. */
interface Names {
  readonly file: string;
  readonly url: string;
  readonly checksums: string;
}

/** `playbooks/artifacts.json`: what upstream released. */
interface Pin extends Names {
  readonly version: string;
  /** The names of other versions, where those of the pinned one hold something of it alone, such as a build's number. */
  readonly others?: Names;
  readonly sha256: Readonly<Record<string, string | null>>;
}

/** `manifest.json` of a folder that the source builds filled. */
interface Built {
  readonly version: string;
  readonly file: string;
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * Where the archives of Prometheus and the others come from. Each is pinned by version and SHA-256, is fetched once by
 * the controller, and is handed to the servers from there: they need no way to the internet.
 */
export class Artifacts {
  /** The projects' own releases. */
  public static released(): Artifacts {
    return new Artifacts("release");
  }

  /** A folder on the controller that holds the released archives (for a controller without internet). */
  public static directory(path: string): Artifacts {
    return new Artifacts("directory", resolve(path));
  }

  /** A web server that holds the released archives in one folder. */
  public static mirror(url: string): Artifacts {
    if (!/^https?:\/\//.test(url)) throw new Error(`an artifact mirror is an http(s) URL, got "${url}"`);
    return new Artifacts("mirror", url.replace(/\/+$/, ""));
  }

  /**
   * Archives that `npm run artifacts -- --source` built on this machine from the Go modules. Their versions may differ
   * from the released ones; each place that uses them says `source`.
   *
   * @throws when the folder has no manifest
   */
  public static source(path: string): Artifacts {
    const directory = resolve(path);
    return new Artifacts("source", directory, readJson(join(directory, "manifest.json")) as Record<string, Built>);
  }

  /**
   * What the environment says: `CDKTF_MONITORING_SOURCE` (a folder of source builds), `CDKTF_MONITORING_DIRECTORY`
   * (a folder of releases), `CDKTF_MONITORING_MIRROR` (a URL), else the releases.
   */
  public static fromEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): Artifacts {
    const {
      CDKTF_MONITORING_SOURCE: source,
      CDKTF_MONITORING_DIRECTORY: directory,
      CDKTF_MONITORING_MIRROR: mirror,
    } = environment;
    if (source) return Artifacts.source(source);
    if (directory) return Artifacts.directory(directory);
    if (mirror) return Artifacts.mirror(mirror);
    return Artifacts.released();
  }

  private constructor(
    /** `release`, `directory`, `mirror` or `source`. */
    public readonly channel: string,
    /** The folder or the mirror's URL; undefined for releases. */
    public readonly location?: string,
    private readonly built?: Readonly<Record<string, Built>>,
  ) {}

  /** Whether there is an archive of a program: of released ones always, of source builds where it was built. */
  public has(name: string): boolean {
    return this.built === undefined || name in this.built;
  }

  /**
   * The archive of one program for one architecture.
   *
   * @param version another version than the pinned one; its digest is then looked up once
   * @throws when the channel does not have it
   */
  public request(name: string, architecture: Architecture, version?: string): ArtifactRequest {
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
      channel: this.channel,
    };
  }

  /**
   * A dashboard that is published on grafana.com. A folder of source builds has none: then it comes from there, too.
   *
   * @param id its number there
   */
  public dashboard(id: number, revision: number): ArtifactRequest {
    return {
      name: `grafana-dashboard-${id}`,
      version: `${revision}`,
      architecture: "any",
      file: `grafana-dashboard-${id}-${revision}.json`,
      url: `https://grafana.com/api/dashboards/${id}/revisions/${revision}/download`,
      sha256: dashboardPins[id]?.[revision] ?? null,
      channel: this.built ? "release" : this.channel,
    };
  }

  private builtRequest(name: string, architecture: Architecture, version?: string): ArtifactRequest {
    const built = this.builtOf(name);
    const sha256 = built.sha256[architecture];
    if (sha256 === undefined || (version !== undefined && version !== built.version)) {
      const found = `${built.version} for ${Object.keys(built.sha256).join(", ")}`;
      throw new Error(
        `no source build of ${name} ${version ?? built.version} for ${architecture} in ${String(this.location)} (it has ${found}): use released archives for it`,
      );
    }
    return { name, version: built.version, architecture, file: built.file, sha256, channel: this.channel };
  }

  private builtOf(name: string): Built {
    const built = this.built?.[name];
    if (!built)
      throw new Error(
        `no source build of ${name} in ${String(this.location)}: make one in a clone of the project, by npm run artifacts -- --source`,
      );
    return built;
  }
}

const pins = readJson(join(playbooksDirectory, "artifacts.json")) as Record<string, Pin>;

/** `playbooks/dashboards.json`: digests of dashboards on grafana.com, by id and revision. */
const dashboardPins = readJson(join(playbooksDirectory, "dashboards.json")) as Record<string, Record<string, string>>;

function pinOf(name: string): Pin {
  const pin = pins[name];
  if (!pin) throw new Error(`unknown artifact "${name}": known are ${Object.keys(pins).join(", ")}`);
  return pin;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
