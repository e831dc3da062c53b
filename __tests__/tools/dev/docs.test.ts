import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../tools/cli/project";
import { renderPages } from "../../../tools/dev/api/markdown";
import { pagesOf } from "../../../tools/dev/api/pages";
import { readApi } from "../../../tools/dev/api/read";

const api = readApi();
const pages = renderPages(pagesOf(api));
const directory = join(projectRoot, "docs", "reference", "api");
const entries = [...api.entries.values()];

describe("the API reference", () => {
  it("is up to date with the docstrings (else run npm run docs)", () => {
    expect(readdirSync(directory).sort()).toEqual([...pages.keys()].sort());
    const stale = [...pages].filter(([name, text]) => readFileSync(join(directory, name), "utf8") !== text);
    expect(stale.map(([name]) => name)).toEqual([]);
  });

  it("describes each exported name once", () => {
    const headings = [...pages].flatMap(([page, text]) =>
      [...text.matchAll(/^##? (\w+)$/gm)].flatMap(([, name = ""]) =>
        api.entries.has(name) ? [`${name} on ${page}`] : [],
      ),
    );
    expect(headings.map((heading) => heading.split(" ")[0]).sort()).toEqual(entries.map(({ name }) => name).sort());
  });

  it("describes props, defaults, errors and examples", () => {
    const page = pages.get("Prometheus.md") ?? "";
    expect(page).toContain("new Prometheus(scope: Construct, id: string, props?: PrometheusProps)");
    expect(page).toContain("Props: [PrometheusProps](#prometheusprops)");
    expect(page).toMatch(/^Throws if /m);
    expect(page).toMatch(/^\| `port` \| `number` \| Port of the web UI and API\. \| 9090 \|$/m);
    expect(page).toMatch(/^```ts\nnew Prometheus\(hub, "prometheus"/m);
    expect(pages.get("Alert.md")).toMatch(/^- `Alert\.off\(name: string\): Alert`: .*Throws (if|when) /m);
  });

  it("names the module that exports a class", () => {
    expect(pages.get("Prometheus.md")).toContain("Import from: `cdktf-monitoring`.");
    expect(pages.get("AwsServer.md")).toContain("Import from: `cdktf-monitoring/aws`.");
  });

  it("hides internal members", () => {
    expect([...pages].filter(([, text]) => /^\| `_|^- `_|@internal/m.test(text)).map(([name]) => name)).toEqual([]);
  });
});

describe("the docstrings", () => {
  it("describe every prop, and the default of every optional prop", () => {
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

  it("describe every exported name", () => {
    expect(entries.filter(({ doc }) => doc.text === "").map(({ name }) => name)).toEqual([]);
  });
});
