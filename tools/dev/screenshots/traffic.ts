import { ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collect } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { Interruption } from "../interruption";
import { LocalStack, sshCommand } from "./stack";

/** Requests, logins and sudo commands on all servers of a stack. */
export class Traffic {
  private problem: string | undefined;
  private readonly ends: readonly Promise<void>[];
  private readonly senders: readonly ChildProcess[];

  private constructor({ hosts, site }: LocalStack) {
    const program = readFileSync(join(__dirname, "traffic.py"), "utf8").replaceAll("'", "'\\''");
    const started = Object.entries(hosts).map(([name, host]) => {
      const target = name === site ? "127.0.0.1 pages" : (hosts[site]?.ansible_host ?? "");
      return this.send(name, sshCommand(host, `python3 -c '${program}' ${target}`));
    });
    this.senders = started.map(({ sender }) => sender);
    this.ends = started.map(({ end }) => end);
  }

  /** Starts the traffic. The site's own server sends requests from several loopback addresses. */
  public static start(stack: LocalStack): Traffic {
    return new Traffic(stack);
  }

  /**
   * Waits while the traffic runs.
   *
   * @throws UserError after a signal, or if the traffic ends on a server
   */
  public async wait(seconds: number, interruption: Interruption): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      interruption.check();
      if (this.problem !== undefined) throw new UserError(this.problem);
      await sleep(500);
    }
  }

  /** Stops the traffic. Waits until the servers have removed the users and pages of the traffic. */
  public async stop(): Promise<void> {
    for (const { stdin } of this.senders) stdin?.end();
    await Promise.all(this.ends);
  }

  private send(
    name: string,
    command: readonly string[],
  ): { readonly sender: ChildProcess; readonly end: Promise<void> } {
    // In a group of its own, so that Ctrl-C does not cut the connection before the server has cleaned up.
    const sender = spawn("ssh", command, { detached: true, stdio: ["pipe", "ignore", "pipe"] });
    const output = collect(sender.stderr, undefined);
    sender.stdin.on("error", () => undefined);
    const end = new Promise<void>((done) => {
      sender.on("error", (error) => {
        this.problem ??= `cannot start ssh: ${error.message}`;
        done();
      });
      sender.on("close", (code) => {
        this.problem ??= `the traffic on ${name} ended with status ${code ?? "unknown"}: ${output().trim()}`;
        done();
      });
    });
    return { sender, end };
  }
}
