import { evaluator, literal } from "./check";

describe("grafana_observer.py", () => {
  const evaluate = evaluator("grafana_observer");
  const source = { uid: "prometheus", name: "Prometheus", type: "prometheus", isDefault: true };
  const variable = { name: "job", type: "query", query: "label_values(job)", datasource: source };
  const board = { templating: { list: [variable] }, panels: [{ title: "Up of $job", targets: [{ expr: "up" }] }] };
  const grafana = `type("Grafana", (), {"proxied": lambda *_: {"data": ["node"]}})()`;

  /** The titles of the panels, in which a variable without options is empty. */
  async function titles(end: string): Promise<unknown> {
    const observer = `Observer(${grafana}, ${literal([source])}, {}, ${end})`;
    return evaluate(`[each.title for each in ${observer}.panels(${literal(board)}, {})]`);
  }

  it("queries the options of a variable", async () => {
    expect(await titles("time.monotonic() + 60")).toEqual(["Up of node"]);
  });

  it("queries no options after the end", async () => {
    expect(await titles("time.monotonic() - 1")).toEqual(["Up of "]);
  });
});
