import { Measurement } from "../measurement";
import { Commands, Failure } from "../failures";
import { Check, outcomeOf } from "./check";
import { count } from "../text";

/** What the question `grafana` answers. */
interface Said {
  readonly error?: string;
  readonly version: string;
  readonly sources: readonly { readonly uid: string; readonly name: string; readonly error: string }[];
  readonly dashboards: readonly { readonly uid: string; readonly title: string }[];
  readonly panels: readonly Panels[];
}

/** The panels of one of our dashboards, for one server where people choose one. */
interface Panels {
  readonly title: string;
  readonly server: string | null;
  readonly panels: number;
  /** The titles of those without data. */
  readonly empty: readonly string[];
}

/** Of so many panels without data the titles are told: right after a deploy, most have none. */
const NAMED = 3;

/** That each Grafana has dashboards, and gets answers from all that it asks. */
export const dashboards: Check = (measured, commands) => {
  const hosts = measured.fleet.servers.filter(({ questions }) => questions.grafana !== undefined);
  if (hosts.length === 0) return undefined;
  const answers = hosts.map(({ name }) => [name, saidBy(measured, name)] as const);
  const differences = answers.flatMap(([host, said]) =>
    said === undefined ? [] : differencesOf(host, said, commands),
  );
  const known = answers.flatMap(([, said]) => (said === undefined || said.error !== undefined ? [] : [said]));
  const unknown = answers.some(([, said]) => said === undefined);
  return {
    text: `dashboards: ${count(hosts.length, "Grafana")}; ${known[0] === undefined ? "none said what it has" : told(known[0])}`,
    outcome: outcomeOf(differences, !unknown),
    differences,
  };
};

function saidBy({ looks }: Measurement, host: string): Said | undefined {
  return looks.get(host)?.said.get("grafana") as Said | undefined;
}

function differencesOf(host: string, said: Said, commands: Commands): Failure[] {
  const again = commands.play("grafana", host, true);
  if (said.error !== undefined) return [{ problem: `Grafana on ${host}: ${said.error}`, fix: again }];
  return [
    ...said.sources.flatMap(({ uid, name, error }) =>
      error === ""
        ? []
        : [
            {
              what: `Grafana on ${host} gets no answer from ${name}: ${error}`,
              mend: `if the port is open (see above), look at the journal of ${uid}.service`,
            },
          ],
    ),
    ...(said.dashboards.length > 0 ? [] : [{ what: `Grafana on ${host} has no dashboards`, mend: again }]),
  ];
}

/** What it has, in words. */
function told({ sources, dashboards: all, panels }: Said): string {
  const titles = all.map(({ title }) => `"${title}"`).join(", ");
  const names = sources.map(({ name }) => name).join(", ");
  const filled = panels.length === 0 ? "" : `; panels with data: ${panels.map(filledOf).join(", ")}`;
  return `${titles || "no dashboards"}, of ${names || "no data sources"}${filled}`;
}

/** How many panels have data. That some have none is told and no more: a server may have nothing that they are about. */
function filledOf({ title, server, panels, empty }: Panels): string {
  const where = server === null ? title : `${title} of ${server}`;
  const more = empty.length > NAMED ? ` and ${empty.length - NAMED} more` : "";
  const names = empty.slice(0, NAMED).map((name) => `"${name}"`);
  const lacking = empty.length === 0 ? "" : ` (not ${names.join(", ")}${more})`;
  return `${where} ${panels - empty.length} of ${panels}${lacking}`;
}
