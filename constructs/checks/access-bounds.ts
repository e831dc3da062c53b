import { Access, allBounds, boundOf, isSameBound, AccessPeer, edgesBeyondBounds } from "../../lib/access/access-bounds";
import { AccessRow, accessMatrix } from "../../lib/access/access-matrix";
import { ServerSets } from "../../lib/access/server-sets";
import { IMonitoring } from "../contracts";
import { constructError } from "../synthesis/errors";

/**
 * Adds a validation that rejects an access graph beyond the bounds.
 *
 * @throws if two bounds have the same kind and listener
 */
export function checkAccessBounds(monitoring: IMonitoring, own: readonly Access[]): void {
  const repeated = own.find((bound, index) => own.findIndex((other) => isSameBound(bound, other)) < index);
  if (repeated) throw constructError(monitoring, `bounds: two bounds have the kind "${repeated._kind}": merge them`);
  monitoring.node.addValidation({ validate: () => [...idleBounds(monitoring, own), ...surplus(monitoring, own)] });
}

/**
 * Returns a problem for each bound of a kind that the monitoring does not have. The name of the kind is probably a typo.
 */
function idleBounds({ _listening: listening }: IMonitoring, own: readonly Access[]): string[] {
  const placed = [...new Set(listening.map(({ kind }) => kind))].sort();
  return own
    .filter(({ _kind }) => !placed.includes(_kind))
    .map((bound) => `bounds: ${bound.toString()} has no effect: the placed kinds are ${placed.join(", ")}`);
}

function surplus(monitoring: IMonitoring, own: readonly Access[]): string[] {
  const { accessGraph, technicians } = monitoring;
  const bounds = allBounds(own);
  return accessMatrix(edgesBeyondBounds(bounds, accessGraph, technicians)).flatMap((row) => {
    const bound = boundOf(bounds, row.kind, row.listener);
    return bound ? [sentence(monitoring, row, bound)] : [];
  });
}

function sentence(monitoring: IMonitoring, row: AccessRow, bound: Access): string {
  const { sources, sourceKind, destinations, kind, listener, port, protocol, reason } = row;
  const sets = new ServerSets();
  const from = sourceKind === undefined ? sources.join(", ") : `${sourceKind} on ${sets.text(sources)}`;
  const [server = ""] = sourceKind === undefined ? destinations : sources;
  const peer = sourceKind === undefined ? outsidePeer(monitoring, sources) : AccessPeer.component(sourceKind);
  const wider = Access.only(kind, [...bound._peers, peer], bound._listener);
  return `${pathOf(monitoring, server, sourceKind ?? kind)}: ${from} would reach ${kind} (${listener}, ${port}/${protocol}) on ${sets.text(destinations)} ("${reason}"), but ${bound.toString()} does not allow that: remove the connection, or allow it in the monitoring with bounds: [${wider.toString()}]`;
}

function outsidePeer({ technicians }: IMonitoring, sources: readonly string[]): AccessPeer {
  return sources.every((cidr) => technicians.includes(cidr)) ? AccessPeer.technicians() : AccessPeer.anyone();
}

/** Returns the path of a component on a server, else the path of the member, else the path of the monitoring. */
function pathOf({ node, _members: members }: IMonitoring, server: string, kind: string): string {
  const member = members.find((each) => each.server.name === server);
  const component = member?._components.find((each) => each.kind === kind);
  return (component ?? member)?.node.path ?? node.path;
}
