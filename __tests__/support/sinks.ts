import { once } from "node:events";
import { createServer, Server } from "node:http";
import { SMTPServer } from "smtp-server";

/** A request that a sink received. */
export interface ReceivedRequest {
  readonly path: string;
  readonly body: string;
  /** Time of receipt in milliseconds since 1970. */
  readonly time: number;
}

/** A web service that accepts and records every request. */
export class HttpSink {
  public readonly received: ReceivedRequest[] = [];
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

  /** Listens on an address and port until {@link close}. */
  public async listen(address: string, port: number): Promise<void> {
    this.server.listen(port, address);
    await once(this.server, "listening");
  }

  /** Returns the JSON bodies of the requests to a path, oldest first. */
  public json<T>(path: string): T[] {
    return this.received.filter((each) => each.path === path).map(({ body }) => JSON.parse(body) as T);
  }

  /** Stops listening. */
  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A mail server that accepts and records every mail, without TLS or login. */
export class SmtpSink {
  /** The received mails with their headers. */
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

  /** Listens on an address and port until {@link close}. */
  public async listen(address: string, port: number): Promise<void> {
    await new Promise<void>((listening) => {
      this.server.listen(port, address, listening);
    });
  }

  /** Stops listening. */
  public close(): void {
    this.server.close();
  }
}
