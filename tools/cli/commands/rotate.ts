import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../../../lib/paths";
import {
  AuthorityState,
  Certificates,
  certificatesOf,
  describe,
  Rotation,
  rotate as replaceAuthority,
} from "../certificate-rotation";
import { main, toolCommand, usage } from "../command";
import { RunCommand, runCommands, startRuns } from "../deployed-runs";
import { run } from "../process";
import { ansibleEnvironment } from "../python";
import { deployedSecrets, selectSecrets } from "../rotation";
import { readRunResults } from "../run-results";
import { LOCAL_STACK, stackDirectory } from "../stack-outputs";
import { UserError } from "../user-error";

/** Exit status of a run that a signal ended. */
const INTERRUPTED = 130;

const HELP = `Usage: ${usage("rotate", "[<secret>…]")}

Installs changed secrets on the servers of a deployed stack. Change the environment variable or file first.

Starts the runs that use the secrets. A server whose value changed gets the new value, and its service reloads or
restarts. Other servers do not change, and nothing else is deployed. Select a secret by its name, environment variable
or file. Without <secret>, all secrets are checked.

With --certificates, replaces the private certificate authority and the certificates of all
components instead, in three phases. Both sides of each connection trust each other at any moment. Repeat the command
to continue after an interruption.

  --certificates   replace the certificate authority and all certificates
  --list           list the secrets, their sources on this machine and their servers; or the certificates
  --check          print what would change, and change nothing
  --stack <name>   stack to use (default: ${LOCAL_STACK})
  -h, --help       print this help`;

async function rotate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      certificates: { type: "boolean" },
      list: { type: "boolean" },
      check: { type: "boolean" },
      stack: { type: "string", default: LOCAL_STACK },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const commands = await runCommands(values.stack);
  if (values.certificates) {
    if (positionals.length > 0) throw new UserError("--certificates replaces all certificates: leave out the secrets");
    process.exitCode = await rotateCertificates(commands, values.stack, values.list === true || values.check === true);
    return;
  }
  const secrets = selectSecrets(deployedSecrets(commands), positionals);
  if (secrets.length === 0) console.log(`The stack "${values.stack}" uses no secrets.`);
  for (const { name, source, run, servers } of secrets)
    console.log(`${name}  from ${source}, by the run ${run}, to ${servers.join(", ") || "no servers"}`);
  if (values.list || secrets.length === 0) return;
  const environment = await ansibleEnvironment(console.error);
  const chosen = [...commands]
    .filter(([name]) => secrets.some(({ run }) => run === name))
    .map(([, command]) => command);
  process.exitCode = await startRuns(chosen, values.stack, environment, values.check ? ["--check"] : []);
}

/** @param readOnly whether to print the certificates and the state of the rotation only */
async function rotateCertificates(
  commands: ReadonlyMap<string, RunCommand>,
  stack: string,
  readOnly: boolean,
): Promise<number> {
  const found = certificatesOf(commands);
  if (found.length === 0) {
    throw new UserError(
      `the stack "${stack}" has no certificate authority: set transport: Transport.mutualTls() and deploy first. With certificates of your own PKI, replace the files and run ${toolCommand("rotate")}`,
    );
  }
  const environment = await ansibleEnvironment(console.error);
  for (const certificates of found) {
    const rotation = deployedRotation(certificates, stack, environment);
    if (readOnly) {
      console.log(describe(await rotation.authority()));
      for (const { name, servers } of certificates.runs) console.log(`${name}  on ${servers.join(", ")}`);
      continue;
    }
    const again = toolCommand(
      "rotate",
      "",
      ["--certificates", ...(stack === LOCAL_STACK ? [] : ["--stack", stack])].join(" "),
    );
    if (!(await replaceAuthority(rotation, console.log, again))) return 1;
  }
  return 0;
}

/** The operations on a deployed stack. */
function deployedRotation(
  { authority, runs }: Certificates,
  stack: string,
  environment: Readonly<Record<string, string>>,
): Rotation {
  const commands = new Map(runs.map(({ name, command }) => [name, command]));
  return {
    runs,
    async authority(completed) {
      const options = completed === undefined ? [] : ["--advance", String(completed)];
      const { code, stdout, stderr } = await run("python3", [join(playbooksDirectory, "rotate.py"), ...options], {
        cwd: stackDirectory(stack),
        environment: {
          ...environment,
          MONITORING_STATE: authority.state,
          MONITORING_INVENTORY: gzipSync(authority.inventory).toString("base64"),
        },
      });
      if (code !== 0) throw new UserError(stderr.trim());
      return JSON.parse(stdout) as AuthorityState;
    },
    async apply({ name, servers }) {
      const command = commands.get(name);
      if (command === undefined) return [];
      const code = await startRuns([command], stack, environment, ["--force"]);
      if (code === 0) return [];
      if (code === INTERRUPTED) {
        console.error("\nThe rotation was interrupted. Repeat the command to continue.");
        process.exit(code);
      }
      return failedServers(resolve(stackDirectory(stack), command.state), command.name) ?? servers;
    },
  };
}

/** The servers on which the last start of a run failed; undefined if the run failed on this machine. */
function failedServers(state: string, run: string): string[] | undefined {
  const hosts = readRunResults(state, [run]).flatMap((result) => Object.entries(result.hosts));
  const failed = hosts.filter(([, { state: outcome }]) => outcome === "failed" || outcome === "unreachable");
  return failed.length === 0 ? undefined : failed.map(([server]) => server);
}

main(rotate);
