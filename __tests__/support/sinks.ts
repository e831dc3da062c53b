import { once } from "node:events";
import { createServer, Server } from "node:http";
import { SMTPServer } from "smtp-server";

/** A request that a sink was sent. */
export interface Received {
  readonly path: string;
  readonly body: string;
  /** When it came, in milliseconds since 1970. */
  readonly time: number;
}

/** Stands for web services that are called: says yes to everything, and keeps it. */
export class HttpSink {
  public readonly received: Received[] = [];
  private readonly server: Server;

  public constructor(private readonly answer = "ok") {
    this.server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        const body = Buffer.concat(chunks as Buffer[]).toString();
        this.received.push({ path: request.url ?? "", body, time: Date.now() });
        response.end(this.answer);
      });
    });
  }

  /** Listens at an address and port until {@link close}. */
  public async listen(address: string, port: number): Promise<void> {
    this.server.listen(port, address);
    await once(this.server, "listening");
  }

  /** What came to a path, in order, read as JSON. */
  public json<T>(path: string): T[] {
    return this.received.filter((each) => each.path === path).map(({ body }) => JSON.parse(body) as T);
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Stands for a mail server: takes mails from everybody without TLS, and keeps them. */
export class SmtpSink {
  /** The mails as they came, headers and all. */
  public readonly mails: string[] = [];
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    disableReverseLookup: true,
    onData: (stream, _session, done) => {
      void stream.toArray().then((chunks) => {
        this.mails.push(Buffer.concat(chunks as Buffer[]).toString());
        done();
      });
    },
  });

  /** Listens at an address and port until {@link close}. */
  public async listen(address: string, port: number): Promise<void> {
    await new Promise<void>((listening) => {
      this.server.listen(port, address, listening);
    });
  }

  public close(): void {
    this.server.close();
  }
}
