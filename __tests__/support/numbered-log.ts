import type { LokiApi } from "./loki";
import { until } from "./wait";

/** Servers on which commands run and files are written: a `Project` or a `Lab`. */
interface Servers {
  on(server: string, command: string): string;
  write(server: string, path: string, content: string): void;
}

/** Access to the lines in Loki. */
type Lines = Pick<LokiApi, "lines">;

/** An application that writes ten numbered lines per second, and reopens its file on SIGUSR1 as nginx does. */
const WRITER = `
import datetime, signal, sys, time
path = "/srv/numbers/numbers.log"
file = open(path, "a", buffering=1)
def reopen(*_):
    global file
    file.close()
    file = open(path, "a", buffering=1)
signal.signal(signal.SIGUSR1, reopen)
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
number = int(sys.argv[1])
while not stop:
    number += 1
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")
    file.write(f"{now} INFO line {number}\\n")
    time.sleep(0.1)
`;

const LOGROTATE = `
/srv/numbers/numbers.log {
  rotate 9
  create 0640 www-data adm
  postrotate
    systemctl kill --kill-whom=main --signal=USR1 numbers.service
  endscript
}
`;

/** Numbers of lines that Loki lacks, or has more than once. */
export interface LineFaults {
  readonly missing: readonly number[];
  readonly duplicate: readonly number[];
}

/** An application that logs numbered lines to `/srv/numbers/numbers.log`, so that lost and duplicate lines are found. */
export class NumberedLog {
  private last = 0;

  public constructor(
    private readonly servers: Servers,
    private readonly server: string,
  ) {}

  /** Installs the application. */
  public install(): void {
    this.servers.write(this.server, "/srv/writer.py", WRITER);
    this.servers.write(this.server, "/etc/numbers.conf", LOGROTATE);
    this.on("install -d -m 750 -o www-data -g www-data /srv/numbers");
  }

  /** Starts the application. The first number follows the last written one. */
  public start(): void {
    this.on(`systemd-run --quiet --unit=numbers --uid=www-data python3 /srv/writer.py ${this.last}`);
  }

  /** Stops the application. */
  public stop(): void {
    this.on("systemctl stop numbers");
    this.last = this.written();
  }

  /** Returns the number of the last written line. */
  public written(): number {
    const numbers = "cat $(ls -t /srv/numbers/numbers.log* ) | grep -o 'line [0-9]*' | cut -d' ' -f2";
    return Number(this.on(`${numbers} | sort -n | tail -1`));
  }

  /** Rotates the log file. */
  public rotate(): void {
    this.on("logrotate --force --state /tmp/rotate.state /etc/numbers.conf");
  }

  /** Waits until Loki has the last line, and returns the numbers of missing and duplicate lines. */
  public async faults(loki: Lines): Promise<LineFaults> {
    const { last } = this;
    await until(`line ${last}`, 60, async () => (await this.sent(loki)).includes(last));
    return this.faultsUpTo(last, loki);
  }

  /** Like {@link faults} for the lines up to a number, without waiting. */
  public async faultsUpTo(last: number, loki: Lines): Promise<LineFaults> {
    const all = (await this.sent(loki)).filter((number) => number <= last).sort((a, b) => a - b);
    const missing = Array.from({ length: last }, (_, index) => index + 1).filter((number) => !all.includes(number));
    const duplicate = all.filter((number, index) => all.indexOf(number) < index);
    return { missing, duplicate };
  }

  /** Returns the numbers of the lines in Loki. */
  private async sent(loki: Lines): Promise<number[]> {
    const lines = await loki.lines(`{job="numbers",instance="${this.server}"}`);
    return lines.map((line) => Number(line.split(" ").at(-1)));
  }

  private on(command: string): string {
    return this.servers.on(this.server, command);
  }
}
