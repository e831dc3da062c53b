import MarkdownIt from "markdown-it";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = join(__dirname, "..");
const markdown = new MarkdownIt();

/** Folders that are generated or belong to other projects. */
const SKIPPED = new Set(["node_modules", "dist", "cdktf.out", "coverage", ".git", ".ansible", ".cdktf-monitoring"]);

const pages = pagesBelow(root);

type Token = ReturnType<MarkdownIt["parse"]>[number];

interface Link {
  readonly page: string;
  readonly target: string;
}

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : pagesBelow(path);
    return entry.isFile() && entry.name.endsWith(".md") ? [relative(root, path)] : [];
  });
}

function blocksOf(page: string): Token[] {
  return markdown.parse(readFileSync(join(root, page), "utf8"), {});
}

function tokensOf(page: string): Token[] {
  return blocksOf(page).flatMap((token) => [token, ...(token.children ?? [])]);
}

/** The relative links and images of a page. */
function linksOf(page: string): Link[] {
  return tokensOf(page)
    .flatMap((token) => token.attrGet(token.type === "image" ? "src" : "href") ?? [])
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .map((target) => ({ page, target: decodeURI(target) }));
}

/** The anchors of a page's headings, as GitHub derives them. */
function anchorsOf(page: string): Set<string> {
  const tokens = blocksOf(page);
  const used = new Map<string, number>();
  const anchors = tokens.flatMap(({ type }, index) => {
    if (type !== "heading_open") return [];
    const text = (tokens[index + 1]?.children ?? [])
      .filter((child) => child.type === "text" || child.type === "code_inline")
      .map(({ content }) => content)
      .join("");
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replace(/ /g, "-");
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    return [count === 0 ? slug : `${slug}-${count}`];
  });
  return new Set(anchors);
}

/** Why a link leads nowhere, or undefined. */
function linkProblem({ page, target }: Link): string | undefined {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : relative(root, resolve(root, dirname(page), path));
  const where = `${page}: ${target}`;
  if (file.startsWith("..")) return `${where} leads out of the repository`;
  if (!existsSync(join(root, file))) return `${where}: there is no ${file}`;
  if (anchor === undefined) return undefined;
  if (statSync(join(root, file)).isDirectory() || !file.endsWith(".md"))
    return `${where}: only Markdown pages have anchors`;
  return anchorsOf(file).has(anchor) ? undefined : `${where}: ${file} has no heading #${anchor}`;
}

describe("the links of the Markdown pages", () => {
  const links = pages.flatMap(linksOf);

  it("are found", () => {
    expect(pages).toEqual(
      expect.arrayContaining(["README.md", "docs/troubleshooting.md", "docs/runbooks/DiskFull.md"]),
    );
    expect(links.length).toBeGreaterThan(200);
  });

  it("lead to files and headings that exist", () => {
    expect(links.flatMap((link) => linkProblem(link) ?? [])).toEqual([]);
  });

  it("derives anchors as GitHub does", () => {
    expect(linkProblem({ page: "README.md", target: "#quick-start" })).toBeUndefined();
    expect(linkProblem({ page: "README.md", target: "#quickstart" })).toMatch(/no heading #quickstart$/);
    expect(linkProblem({ page: "README.md", target: "docs/nothing.md" })).toMatch(/there is no docs\/nothing\.md$/);
    expect(linkProblem({ page: "README.md", target: "../elsewhere.md" })).toMatch(/leads out of the repository$/);
  });
});

/** Pages that source code, messages and settings name. */
describe("the pages that code mentions", () => {
  const mentioned = ["constructs", "lib", "playbooks", "tools", "main.ts", "examples", "package.json", ".ci"]
    .flatMap(sourcesBelow)
    .flatMap((page) =>
      [...readFileSync(join(root, page), "utf8").matchAll(/\bdocs\/[\w/.-]+?\.md\b/g)].map(([target]) => ({
        page,
        target,
      })),
    );

  it("exist", () => {
    expect(mentioned.filter(({ target }) => !existsSync(join(root, target)))).toEqual([]);
  });
});

function sourcesBelow(path: string): string[] {
  const whole = join(root, path);
  if (statSync(whole).isFile()) return [path];
  return readdirSync(whole, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name === "__pycache__" ? [] : sourcesBelow(inside);
    return entry.isFile() && /\.(ts|mjs|py|sh|yml|j2|json)$|^[^.]+$/.test(entry.name) ? [inside] : [];
  });
}
