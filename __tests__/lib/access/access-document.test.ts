import fc from "fast-check";
import { Edge } from "../../../lib/access/access";
import { accessDocument, diagramOf } from "../../../lib/access/access-document";
import { diagramEdge, readDiagram, readTable, tableEdge } from "../../support/access-documents";
import { randomTopology } from "../../support/topologies";

const each = (edges: readonly Edge[], text: (edge: Edge) => string): string[] => [...new Set(edges.map(text))].sort();

test("the table has every edge of the access graph, and no other", () => {
  fc.assert(
    fc.property(randomTopology, (topology) => {
      expect(readTable(accessDocument("Access", topology))).toEqual(each(topology.edges, tableEdge));
    }),
    { numRuns: 300 },
  );
});

test("the diagram has every edge of the access graph, and no other", () => {
  fc.assert(
    fc.property(randomTopology, (topology) => {
      expect(readDiagram(accessDocument("Access", topology))).toEqual(each(topology.edges, diagramEdge));
    }),
    { numRuns: 300 },
  );
});

test("the diagram shows every component on its server", () => {
  fc.assert(
    fc.property(randomTopology, (topology) => {
      const diagram = diagramOf(accessDocument("Access", topology));
      for (const { kind } of topology.placements) expect(diagram).toContain(`_${kind}["${kind}"]`);
    }),
    { numRuns: 50 },
  );
});

const edge = (source: Edge["source"], destination: string, kind: string, port: number, reason = "test"): Edge => ({
  source,
  destination,
  kind,
  listener: { name: "http", port, protocol: "tcp" },
  reason,
});

/** A hub that scrapes `size` servers, each of which sends logs to the hub. */
function fleet(size: number): Parameters<typeof accessDocument>[1] {
  const names = Array.from({ length: size }, (_, index) => `app-${index}`);
  return {
    placements: [{ kind: "prometheus", server: "hub" }],
    edges: ["hub", ...names].flatMap((name) => [
      edge({ server: "hub", kind: "prometheus" }, name, "node_exporter", 9100, "scrapes job node"),
      edge({ server: name, kind: "log_agent" }, "hub", "loki", 3100, "sends logs"),
      edge({ cidr: "203.0.113.7/32" }, name, "node_exporter", 9100, "technician access"),
      edge({ cidr: "2001:db8::/48" }, name, "node_exporter", 9100, "technician access"),
    ]),
  };
}

test("accessDocument has as many lines for a thousand servers as for ten", () => {
  const lines = (size: number): number => accessDocument("Access", fleet(size)).split("\n").length;
  expect(lines(1000)).toBe(lines(10));
});

test("accessDocument writes a table and a diagram", () => {
  expect(accessDocument("Access to stack/monitoring", fleet(1000))).toMatchInlineSnapshot(`
    "# Access to stack/monitoring

    Host firewalls and security groups allow only these inbound connections. On the server of the source, only root and the system user of the component can open its connections. Within a server, only the components in the table, root and the users for SSH tunnels can connect to a port.

    | source                                           | destination                         | port     | service              | purpose           |
    | ------------------------------------------------ | ----------------------------------- | -------- | -------------------- | ----------------- |
    | 2001:db8::/48, 203.0.113.7/32                    | app-0 … app-999, hub (1001 servers) | 9100/tcp | node_exporter (http) | technician access |
    | prometheus on hub                                | app-0 … app-999, hub (1001 servers) | 9100/tcp | node_exporter (http) | scrapes job node  |
    | log_agent on app-0 … app-999, hub (1001 servers) | hub                                 | 3100/tcp | loki (http)          | sends logs        |

    \`\`\`mermaid
    flowchart LR
      o0(["203.0.113.7/32, 2001:db8::/48"])
      subgraph s0["app-0 … app-999 (1000 servers)"]
        s0_log_agent["log_agent"]
        s0_node_exporter["node_exporter"]
      end
      subgraph s1["hub"]
        s1_log_agent["log_agent"]
        s1_loki["loki"]
        s1_node_exporter["node_exporter"]
        s1_prometheus["prometheus"]
      end
      s1_prometheus -->|"9100/tcp: scrapes job node"| s1_node_exporter
      s1_log_agent -->|"3100/tcp: sends logs"| s1_loki
      o0 -->|"9100/tcp: technician access"| s1_node_exporter
      s1_prometheus -->|"9100/tcp: scrapes job node"| s0_node_exporter
      s0_log_agent -->|"3100/tcp: sends logs"| s1_loki
      o0 -->|"9100/tcp: technician access"| s0_node_exporter
    \`\`\`
    "
  `);
});

test("accessDocument escapes the delimiters of cells and labels", () => {
  const reason = 'a | "b" \\ #c\n<d>';
  const document = accessDocument("Access", {
    placements: [],
    edges: [edge({ cidr: "203.0.113.7/32" }, "hub", "application", 443, reason)],
  });
  expect(readTable(document)).toEqual(['203.0.113.7/32 | hub | 443/tcp | application (http) | a | "b" \\ #c <d>']);
  expect(diagramOf(document)).toContain('o0 -->|"443/tcp: a | #34;b#34; \\ #35;c #60;d#62;"| s0_application');
});
