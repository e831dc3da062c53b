import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, RequestListener } from "node:http";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { playbooksDirectory } from "../../../lib/paths";
import { run } from "../../../tools/cli/process";

// A check starts three processes, which takes seconds on a busy machine.
jest.setTimeout(30_000);

const FOLDER = join(playbooksDirectory, "verification");

/** An unreachable proxy, which a check must not use. */
const environment = { http_proxy: "http://192.0.2.1:3128" };

/** The source of a file in `playbooks/verification/checks`. */
export function checkSource(name: string): string {
  return readFileSync(join(FOLDER, "checks", `${name}.py`), "utf8");
}

/** The sources of all files in `playbooks/verification/checks`, by name. */
export function checkSources(): Record<string, string> {
  const files = readdirSync(join(FOLDER, "checks")).filter((file) => file.endsWith(".py"));
  const names = files.map((file) => basename(file, ".py"));
  return Object.fromEntries(names.map((name) => [name, checkSource(name)]));
}

/** Runs checks as observe.sh.j2 does, with another limit in seconds if given, and returns the lines of the output. */
export async function runChecks(
  checks: Readonly<Record<string, readonly (string | number)[]>>,
  modules: Readonly<Record<string, string>> = checkSources(),
  limit?: number,
): Promise<string[]> {
  const source = readFileSync(join(FOLDER, "run_checks.py"), "utf8");
  const program = limit === undefined ? source : source.replace(/^LIMIT = .*$/m, `LIMIT = ${limit}`);
  const input = JSON.stringify({ modules, checks });
  const { code, stdout, stderr } = await run("python3", ["-c", program], { environment, input });
  if (code !== 0 || stderr !== "") throw new Error(stderr);
  return stdout.trim().split("\n");
}

/** Runs one check, and returns its result. */
export async function runCheck(
  kind: string,
  args: readonly (string | number)[],
  source = checkSource(kind),
): Promise<unknown> {
  const [line = ""] = await runChecks({ [kind]: args }, { ...checkSources(), [kind]: source });
  return JSON.parse(line.slice(`check=${kind} `.length));
}

/** Evaluates expressions with the names of modules in `playbooks/verification/checks`, in one process for all tests of a file. */
export function evaluator(...modules: readonly string[]): (expression: string) => Promise<unknown> {
  const program = `
import json, sys
${modules.map((module) => `from ${module} import *`).join("\n")}
for line in sys.stdin:
    try:
        print(json.dumps({"value": eval(json.loads(line))}), flush=True)
    except Exception as error:
        print(json.dumps({"error": repr(error)}), flush=True)`;
  const child = spawn("python3", ["-B", "-c", program], {
    env: { ...process.env, PYTHONPATH: join(FOLDER, "checks") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  afterAll(() => child.stdin.end());
  return async (expression) => {
    child.stdin.write(`${JSON.stringify(expression)}\n`);
    const next = await lines.next();
    const { value, error } = JSON.parse(next.done === true ? '{"error": "Python ended"}' : next.value) as {
      value?: unknown;
      error?: string;
    };
    if (error !== undefined) throw new Error(`${expression}: ${error}`);
    return value;
  };
}

/** A value as a Python expression. */
export function literal(value: unknown): string {
  return `json.loads(${JSON.stringify(JSON.stringify(value))})`;
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
