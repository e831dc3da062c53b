import { Edge } from "../access/access";
import { groupBy } from "../grouping";
import { hostPort } from "../network/host-port";

/** One address that Prometheus scrapes, with the labels of its series. */
export interface ScrapeTarget {
  /** `host:port`. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A job and its targets, as the role `prometheus` takes it. */
export interface ScrapeTargets {
  readonly job: string;
  /** @default "http" */
  readonly scheme?: string;
  readonly targets: readonly ScrapeTarget[];
}

/**
 * The scrape jobs and targets that follow from the access graph, sorted by job and server.
 *
 * The label `instance` is the server's name, so that series survive a rebuild and a new address.
 *
 * @param edges what one Prometheus must reach
 * @param address how it dials a server, by name
 */
export function scrapeTargets(
  edges: readonly Edge[],
  monitoring: string,
  address: (server: string) => string,
): ScrapeTargets[] {
  // What is reached for another reason too is scraped once.
  const scraped = [
    ...new Map(
      edges
        .filter(({ listener }) => listener.scrapeJob !== undefined)
        .map((edge) => [`${edge.destination} ${edge.listener.port}`, edge]),
    ).values(),
  ];
  scraped.sort((a, b) => compare(a.destination, b.destination));
  return [...groupBy(scraped, ({ listener }) => listener.scrapeJob ?? "")]
    .sort(([a], [b]) => compare(a, b))
    .map(([job, all]) => ({
      job,
      ...schemeOf(all),
      targets: all.map(({ destination, listener }) => ({
        address: hostPort(address(destination), listener.port),
        labels: { instance: destination, monitoring },
      })),
    }));
}

/** How a job's targets are reached, which is the same for all. */
function schemeOf([first]: readonly Edge[]): { readonly scheme?: string } {
  const scheme = first?.listener.scheme ?? "http";
  return scheme === "http" ? {} : { scheme };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
