import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../cli/common";

/** Seconds until a program that was started must answer; Grafana makes some hundred tables first. */
const START = 300;
/** Seconds after which a program that was asked to end is killed. */
const END = 30;

/** A program that runs until it is stopped. */
export class Service {
  private words = "";

  private constructor(private readonly child: ChildProcess) {
    const listen = (text: Buffer) => {
      this.words = (this.words + text.toString()).slice(-4000);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
  }

  /**
   * Starts a program, and waits until it answers with success at a URL.
   *
   * @throws when it ends or does not answer within five minutes, with its last words
   */
  public static async start(program: string, args: readonly string[], url: string, cwd?: string): Promise<Service> {
    const service = new Service(spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] }));
    let failure: Error | undefined;
    service.child.on("error", (error) => {
      failure = error;
    });
    const end = Date.now() + START * 1000;
    while (failure === undefined && Date.now() < end && !(await answers(url))) {
      await sleep(100);
      if (service.child.exitCode !== null) failure = new Error("it ended");
    }
    if (failure === undefined && (await answers(url))) return service;
    await service.stop();
    throw new UserError(
      `${program} does not come up (${failure?.message ?? `${url} does not answer`}): ${service.words.trim().split("\n").slice(-3).join("\n")}`,
    );
  }

  /** Ends it. */
  public async stop(): Promise<void> {
    const { child } = this;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("close", done));
    child.kill();
    const impatience = setTimeout(() => {
      child.kill("SIGKILL");
    }, END * 1000);
    await ended;
    clearTimeout(impatience);
  }
}

/**
 * The answer of a URL as text.
 *
 * @throws when it is none of success
 */
export async function get(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new UserError(`${url} answers ${response.status}: ${text.slice(0, 200)}`);
  return text;
}

/** Sends JSON, whatever is answered. */
export async function post(
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    ...init,
  });
  return response.text();
}

/** A port of loopback on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/** Somebody who takes whatever is sent, and answers with success except below `/broken`. */
export async function listener(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    request.on("end", () => {
      response.statusCode = request.url?.startsWith("/broken") ? 500 : 200;
      response.end("{}");
    });
  });
  const port = await listen(server);
  const close = () => {
    server.close().closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    async (response) => {
      await response.text();
      return response.ok;
    },
    () => false,
  );
}
