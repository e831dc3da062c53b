import { Construct, IConstruct } from "constructs";
import { serverNameProblem } from "../../lib/names";
import { constructError, rejectIf } from "../synthesis/errors";
import { IServerNetwork } from "../contracts";

/**
 * The name of a server: the one that it is given, else its construct's id without "-server" at its end.
 *
 * @throws when it cannot be a server's name
 */
export function serverName(server: Construct, name = server.node.id.replace(/-server$/, "")): string {
  rejectIf(server, serverNameProblem(name));
  return name;
}

/**
 * Checks what the names of a network's resources begin with.
 *
 * @param setting what it is called, for people
 * @param most how many characters it may have
 * @throws when it is malformed, or another network of its kind in the app has it
 */
export function checkNetworkName(network: IServerNetwork, setting: string, most: number): void {
  const { name } = network;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name.length > most)
    throw constructError(
      network,
      `the ${setting} "${name}" must have lower-case letters, digits and hyphens only, ${most} at most: give the network another ${setting}`,
    );
  const ofKind = (other: IConstruct): other is IServerNetwork => other.constructor === network.constructor;
  const twin = network.node.root.node
    .findAll()
    .find((other) => ofKind(other) && other !== network && other.name === name);
  if (twin)
    throw constructError(
      network,
      `the ${setting} "${name}" is that of ${twin.node.path} already: give one of them another ${setting}`,
    );
}
