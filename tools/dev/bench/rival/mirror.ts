import { createReadStream, statSync } from "node:fs";
import { createServer, Server } from "node:http";
import { AddressInfo } from "node:net";
import { basename } from "node:path";

/** An archive that the mirror serves. */
export interface Served {
  /** Path of the file on this machine. */
  readonly path: string;
  /** SHA-256, in hex. */
  readonly sha256: string;
}

/** An HTTP server on this machine that serves archives and a list of their checksums, as a release page does. */
export class Mirror {
  private readonly server: Server;

  public constructor(archives: readonly Served[]) {
    const files = new Map(archives.map(({ path }) => [`/${basename(path)}`, path]));
    const sums = archives.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`).join("");
    this.server = createServer(({ url = "" }, response) => {
      const file = files.get(url);
      if (url === "/sha256sums.txt") response.end(sums);
      else if (file === undefined) response.writeHead(404).end();
      else {
        response.setHeader("content-length", statSync(file).size);
        createReadStream(file).pipe(response);
      }
    });
  }

  /** Listens on the loopback address. Returns the URL without a trailing slash. */
  public async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
