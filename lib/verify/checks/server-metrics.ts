import { Failure } from "../failures";
import { Check, outcomeOf } from "./check";
import { count } from "../text";

/** What Grafana is to show of each server, by what the question `grafana` calls it. */
const MEASURES = [
  ["cpu", "CPU"],
  ["memory", "memory"],
  ["disk", "disk"],
] as const;
type Measure = (typeof MEASURES)[number][0];

/** What the question `grafana` answers. */
interface Said {
  readonly error?: string;
  /** The servers that the table of all servers has a value of. */
  readonly shown: Readonly<Record<Measure, readonly string[]>>;
}

/** That Grafana shows CPU, memory and disk of every server. */
export const shown: Check = ({ fleet, looks }) => {
  if (!fleet.servers.some(({ components }) => components.includes("prometheus"))) return undefined;
  const servers = fleet.servers.filter(({ components }) => components.includes("node_exporter"));
  const hosts = fleet.servers.filter(({ questions }) => questions.grafana !== undefined);
  if (hosts.length === 0 || servers.length === 0) return undefined;
  const answers = hosts.map(({ name }) => [name, looks.get(name)?.said.get("grafana") as Said | undefined] as const);
  const known = answers.flatMap(([host, said]) =>
    said === undefined || said.error !== undefined ? [] : [{ host, said }],
  );
  const lacking = known.flatMap(({ host, said }) =>
    MEASURES.flatMap(([measure, name]) => {
      const there = new Set(said.shown[measure]);
      return servers.filter((server) => !there.has(server.name)).map((server) => ({ host, name, server: server.name }));
    }),
  );
  const silent = lacking.some(({ server }) => looks.get(server)?.silent !== undefined);
  const differences = lacking
    .filter(({ server }) => looks.get(server)?.silent === undefined)
    .map(({ host, name, server }): Failure => ({
      problem: `Grafana on ${host} does not show the ${name} of ${server}`,
      fix: "see whether its node exporter is up (targets), and whether Grafana gets answers from Prometheus (dashboards)",
    }));
  const [first] = known;
  const told = MEASURES.map(([measure, name]) => {
    const there = servers.filter((server) => first?.said.shown[measure].includes(server.name) === true);
    return `${name} of ${there.length}`;
  });
  return {
    text: `Grafana shows of ${count(servers.length, "server")}: ${first === undefined ? "it did not say what" : told.join(", ")}`,
    outcome: outcomeOf(differences, known.length === answers.length && !silent),
    differences,
  };
};
