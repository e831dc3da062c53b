/** One replacement in the files of the project that makes them work with CDK Terrain (`cdktn`). */
export interface Rename {
  /** Files to change, by their path in the package, or in the clone. */
  readonly files: RegExp;
  readonly from: RegExp;
  readonly to: string;
  /** Why a user of cdktn needs the other text. */
  readonly reason: string;
}

const CODE = /\.[cm]?[jt]s$/;
/** Pages for users of the package, without the guide about both frameworks, and without pages about a clone, which uses cdktf. */
const PAGES = /^(README|SECURITY|docs\/(?!runbooks\/|performance|getting-started|guides\/cdktn).*)\.md$/;

/** A pattern that matches if one of the patterns matches. */
function any(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join("|"));
}

/**
 * All differences between the package for cdktf and the package for cdktn, except `package.json`.
 *
 * Other names stay: paths on servers, `cdktf.json`, `cdktf.out` and variables such as `CDKTF_OUTDIR`, because cdktn uses them too;
 * and everything of which Terraform's state contains a hash (playbooks, `lib/`, runbooks), because another text would be a change. These
 * files name the program `npx cdktf-monitoring`, which `cdktn-monitoring` has too.
 */
export const RENAMES: readonly Rename[] = [
  {
    files: CODE,
    from: /(["'`])(@?)cdktf(?=\1|\/)/g,
    to: "$1$2cdktn",
    reason: "imports of the framework and its bindings, and the name of the framework's program",
  },
  {
    files: any(CODE, PAGES),
    from: /(?<=\bfrom:?\s+["`]{1,2})cdktf-monitoring\b/g,
    to: "cdktn-monitoring",
    reason: "imports of this package in examples and in the reference",
  },
  {
    files: PAGES,
    from: /\bnpx cdktf(?=[ -])/g,
    to: "npx cdktn",
    reason: "the program of the framework, and the program of this package",
  },
  {
    files: any(CODE, PAGES),
    from: /\bcdktf(?= (deploy|destroy|plan|diff|synth|output)\b)/g,
    to: "cdktn",
    reason: "commands of the framework without npx",
  },
  {
    files: PAGES,
    from: /\bcdktf-monitoring(?=-\d[\d.]*\.tgz)/g,
    to: "cdktn-monitoring",
    reason: "the file that pack:cdktn writes",
  },
  {
    files: PAGES,
    from: /(?<=\bnpm install .*)\bcdktf constructs\b/g,
    to: "cdktn constructs@10.7",
    reason: "cdktn 0.24 rejects constructs 10.8",
  },
  {
    files: PAGES,
    from: /(?<=\bnpm install .*)\bcdktf-cli\b/g,
    to: "cdktn-cli",
    reason: "the package of the framework's program",
  },
  {
    files: PAGES,
    from: /`npm pack` in a clone/g,
    to: "`npm run pack:cdktn` in a clone",
    reason: "the command that creates the package",
  },
  {
    files: PAGES,
    from: /(?<=[Tt]he program )`cdktf-monitoring`/g,
    to: "`cdktn-monitoring`",
    reason: "the name of the program",
  },
  {
    files: PAGES,
    from: /@cdktf\/provider-aws@20`(, or `@21` for version 6 of the provider)?/g,
    to: "@cdktn/provider-aws@25`",
    reason: "the bindings for cdktn have other versions",
  },
  {
    files: /^README\.md$/,
    from: /^# cdktf-monitoring$/m,
    to: "# cdktn-monitoring",
    reason: "the name of the package",
  },
];

/** Names of cdktf that do not work in a project with cdktn. A renamed file must not contain any. */
const LEFTOVERS: readonly Pick<Rename, "files" | "from">[] = [
  { files: CODE, from: /(from|import|require\()\s*\(?["'`]@?cdktf["'`/]/ },
  { files: any(CODE, PAGES), from: /@cdktf\/provider-/ },
  { files: any(CODE, PAGES), from: /\bfrom:?\s+["`]+cdktf-monitoring/ },
  { files: PAGES, from: /\bnpx cdktf\b|\bnpm install .*\bcdktf\b/ },
];

/** Returns the text of a file for cdktn, and adds the entries of the table that changed it to `used`. */
export function renamed(file: string, text: string, used?: Set<Rename>): string {
  return RENAMES.filter(({ files }) => files.test(file)).reduce((before, rename) => {
    const after = before.replace(rename.from, rename.to);
    if (after !== before) used?.add(rename);
    return after;
  }, text);
}

/** Returns the lines of a renamed file that still name cdktf, each as `<file>:<number>: <line>`. */
export function leftovers(file: string, text: string): string[] {
  const patterns = LEFTOVERS.filter(({ files }) => files.test(file)).map(({ from }) => from);
  return text
    .split("\n")
    .flatMap((line, index) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
    );
}
