import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, RequestListener } from "node:http";
import { join } from "node:path";
import { playbooksDirectory } from "../../../lib/paths";
import { run } from "../../../tools/cli/process";

/** An unreachable proxy, which a check must not use. */
const environment = { http_proxy: "http://192.0.2.1:3128" };

/** The source of a file in `playbooks/verification/checks`. */
export function checkSource(name: string): string {
  return readFileSync(join(playbooksDirectory, "verification/checks", `${name}.py`), "utf8");
}

/** Runs a check as observe.sh.j2 does, and returns its result. */
export async function runCheck(kind: string, args: readonly string[], source = checkSource(kind)): Promise<unknown> {
  const input = `
import sys, types
component = sys.modules["component"] = types.ModuleType("component")
exec(${JSON.stringify(checkSource("component"))}, vars(component))
exec(${JSON.stringify(source)})`;
  const { code, stdout, stderr } = await run("python3", ["-", ...args], { environment, input });
  if (code !== 0 || stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Serves HTTP requests while an action runs. */
export async function serve<T>(listener: RequestListener, action: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await action(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    server.close();
  }
}

/** The result of a check of a component at `UNREACHABLE`. */
export const UNREACHABLE = "http://127.0.0.1:9";
export const NO_ANSWER = { error: expect.stringMatching(/^http:\/\/127.0.0.1:9 does not answer: /) as string };
