import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../cli/user-error";

/** Seconds that a program may take to answer. Grafana creates hundreds of database tables first. */
const START = 300;
/** Seconds after which a program that does not stop is killed. */
const END = 30;

/** A program that runs until it is stopped. */
export class Service {
  private output = "";

  private constructor(private readonly child: ChildProcess) {
    const keep = (text: Buffer) => {
      this.output = (this.output + text.toString()).slice(-4000);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
  }

  /**
   * Starts a program and waits until a URL answers with success.
   *
   * @throws UserError with the end of the output if the program ends or does not answer within five minutes
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
      if (service.child.exitCode !== null) failure = new Error("the program ended");
    }
    if (failure === undefined && (await answers(url))) return service;
    await service.stop();
    throw new UserError(
      `cannot start ${program} (${failure?.message ?? `${url} does not answer`}): ${service.output.trim().split("\n").slice(-3).join("\n")}`,
    );
  }

  /** Stops the program and waits for its end. */
  public async stop(): Promise<void> {
    const { child } = this;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("close", done));
    child.kill();
    const killer = setTimeout(() => {
      child.kill("SIGKILL");
    }, END * 1000);
    await ended;
    clearTimeout(killer);
  }
}

/**
 * Gets a URL as text.
 *
 * @throws UserError if the status is not a success
 */
export async function get(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new UserError(`${url} answers ${response.status}: ${text.slice(0, 200)}`);
  return text;
}

/** Posts JSON and returns the response with any status. */
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

/** A free port of the loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/** An HTTP server that accepts every request, and answers with an error below `/broken`. */
export async function startHttpServer(): Promise<{ readonly url: string; close(): void }> {
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
