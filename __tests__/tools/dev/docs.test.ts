import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderPages } from "../../../tools/dev/api/markdown";
import { pagesOf } from "../../../tools/dev/api/pages";
import { readApi } from "../../../tools/dev/api/read";
import { projectRoot } from "../../../tools/cli/project";

const api = readApi();
const pages = renderPages(pagesOf(api));
const directory = join(projectRoot, "docs", "api");
const entries = [...api.entries.values()];

test("the pages of the public API are those that the docstrings make: else run npm run docs", () => {
  expect(readdirSync(directory).sort()).toEqual([...pages.keys()].sort());
  const stale = [...pages].filter(([name, text]) => readFileSync(join(directory, name), "utf8") !== text);
  expect(stale.map(([name]) => name)).toEqual([]);
});

test("each name is described on one page", () => {
  const headings = [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/^##? (\w+)$/gm)].flatMap(([, name = ""]) =>
      api.entries.has(name) ? [`${name} on ${page}`] : [],
    ),
  );
  expect(headings.map((heading) => heading.split(" ")[0]).sort()).toEqual(entries.map(({ name }) => name).sort());
});

test("a page tells of props, their meanings and defaults, and of what is refused", () => {
  const page = pages.get("Prometheus.md") ?? "";
  expect(page).toContain("new Prometheus(scope: Construct, id: string, props?: PrometheusProps)");
  expect(page).toContain("takes [PrometheusProps](#prometheusprops).");
  expect(page).toMatch(/^Throws when /m);
  expect(page).toContain("| `port` | `number` | The port of its pages and its API. | 9090 |");
  expect(pages.get("Alert.md")).toMatch(/^- `Alert\.off\(name: string\): Alert`: .*Throws when /m);
});

test("every prop has a meaning, and every optional one a default", () => {
  const props = entries.filter(({ kind, name }) => kind === "interface" && /Props$|Options$/.test(name));
  expect(props.length).toBeGreaterThan(20);
  const named = props.flatMap(({ name, properties }) =>
    properties.map((each) => ({ ...each, path: `${name}.${each.name}` })),
  );
  expect(named.filter(({ doc }) => doc.text === "").map(({ path }) => path)).toEqual([]);
  expect(named.filter(({ optional, doc }) => optional && doc.default === undefined).map(({ path }) => path)).toEqual(
    [],
  );
});

test("everything that is exported has a docstring", () => {
  expect(entries.filter(({ doc }) => doc.text === "").map(({ name }) => name)).toEqual([]);
});
