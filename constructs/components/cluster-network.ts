import { IComponent, IMember } from "../contracts";

/**
 * Returns a problem if only some peers of a clustered component are in the network of its server. The component would
 * then need two addresses, but it advertises one.
 *
 * @param plural name of several such components
 * @param single name of one, with its article
 * @param peers the other components of the cluster
 */
export function clusterNetworkProblems(
  plural: string,
  single: string,
  { server: { network, name } }: IMember,
  peers: readonly IComponent[],
): string[] {
  const together = peers.filter(({ member }) => member.server.network === network);
  if (together.length === 0 || together.length === peers.length) return [];
  return [
    `only some of the other ${plural} are in the network of "${name}", but ${single} advertises one address: place all of them in one network, or each in a network of its own`,
  ];
}
