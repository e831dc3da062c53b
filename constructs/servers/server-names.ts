import { Construct, IConstruct } from "constructs";
import { serverNameProblem } from "../../lib/names";
import { IServerNetwork } from "../contracts";
import { constructError, rejectIf } from "../synthesis/errors";

/**
 * Returns the name of a server: the given name, else the construct id without the suffix "-server".
 *
 * @param maxLength maximum number of characters, if it is less than that of a host name
 * @throws if it is not a valid server name
 */
export function serverName(
  server: Construct,
  name = server.node.id.replace(/-server$/, ""),
  maxLength?: number,
): string {
  rejectIf(server, serverNameProblem(name, maxLength));
  return name;
}

/** Maximum length of the host name that a new machine gets: the limit of Linux is 64 characters. */
export const HOST_NAME_LENGTH = 63;

/**
 * Checks the name of a network, which is the prefix of the names of its resources.
 *
 * @param setting name of the prop, for the message
 * @param maxLength maximum number of characters
 * @throws if the prefix is malformed, or another network of the same class in the app uses it
 */
export function checkNetworkName(network: IServerNetwork, setting: string, maxLength: number): void {
  const { name } = network;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name.length > maxLength)
    throw constructError(
      network,
      `the ${setting} "${name}" is not valid: use lower-case letters, digits and hyphens, at most ${maxLength} characters`,
    );
  const isSameClass = (other: IConstruct): other is IServerNetwork => other.constructor === network.constructor;
  const twin = network.node.root.node
    .findAll()
    .find((other) => isSameClass(other) && other !== network && other.name === name);
  if (twin)
    throw constructError(
      network,
      `the ${setting} "${name}" is also used by ${twin.node.path}: set another ${setting} on one of them`,
    );
}
