import { Edge } from "../access/access";
import { groupBy } from "../grouping";
import { hostPort } from "../network/host-port";

/** An address that Prometheus scrapes, with the labels of its series. */
export interface ScrapeTarget {
  /** Address as `host:port`. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A scrape job and its targets, in the form that the role `prometheus` reads. */
export interface ScrapeTargets {
  readonly job: string;
  /** Protocol of the targets, "http" or "https". @default "http" */
  readonly scheme?: string;
  /** Whether the targets demand a certificate of Prometheus. @default false */
  readonly certificate?: boolean;
  readonly targets: readonly ScrapeTarget[];
}

/**
 * Returns the scrape jobs and targets that follow from the access graph, sorted by job and server.
 *
 * The label `instance` is the server's name, so that series continue when a server is rebuilt or gets another address.
 *
 * @param edges edges of the access graph that begin at one Prometheus
 * @param monitoring value of the label `monitoring`
 * @param address returns the address of a server by its name
 */
export function scrapeTargets(
  edges: readonly Edge[],
  monitoring: string,
  address: (server: string) => string,
): ScrapeTargets[] {
  // Several edges can lead to one address, which must be scraped only once.
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
      ...(all[0]?.listener._clientCertificates === true ? { certificate: true } : {}),
      targets: all.map(({ destination, listener }) => ({
        address: hostPort(address(destination), listener.port),
        labels: { instance: destination, monitoring },
      })),
    }));
}

/** Returns the protocol of a job, which all its targets share. */
function schemeOf([first]: readonly Edge[]): { readonly scheme?: string } {
  const scheme = first?.listener.scheme ?? "http";
  return scheme === "http" ? {} : { scheme };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
