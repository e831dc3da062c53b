import { setImmediate } from "node:timers/promises";
import { componentKind } from "../../lib/components";

/** Sends a request, as the global `fetch` does. */
export type Fetch = (url: string, options?: RequestInit) => Promise<Response>;

/** Servers on which a test runs commands as root. */
export interface Servers {
  on(server: string, command: string, input?: string): string;
}

/** Returns a function that sends requests from a server, as root, whose connections the firewall does not limit. */
export function fetchFrom(servers: Servers, server: string): Fetch {
  return async (url, { method = "GET", headers = {}, body } = {}) => {
    // The command blocks this process. Callers that wait in a loop must let other work of the process continue.
    await setImmediate();
    const fields = [...new Headers(headers)].map(([name, value]) => `-H '${name}: ${value}'`);
    const data = typeof body === "string" ? ["--data-binary @-"] : [];
    const options = ["-s -g -m 10 -w '\\n%{http_code} %{content_type}'", `-X ${method}`, ...fields, ...data].join(" ");
    const answer = servers.on(server, `curl ${options} '${url}'`, typeof body === "string" ? body : undefined);
    const end = answer.lastIndexOf("\n");
    const [code = "", ...type] = answer.slice(end + 1).split(" ");
    return new Response(code === "204" ? null : answer.slice(0, Math.max(end, 0)), {
      status: Number(code),
      headers: { "content-type": type.join(" ") },
    });
  };
}

/** Returns the URL at which a component behind a gateway listens, for requests from its server. */
export function apiUrl(kind: string): string {
  const { gateway } = componentKind(kind);
  if (gateway === undefined) throw new Error(`no gateway serves ${kind}`);
  return `http://127.0.0.1:${gateway.apiPort}`;
}
