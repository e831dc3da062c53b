import { Access, allBounds, boundOf, isSameBound, AccessPeer, surplusEdges } from "../../lib/access/access-bounds";
import { AccessRow, accessMatrix } from "../../lib/access/access-matrix";
import { ServerSets } from "../../lib/access/server-sets";
import type { Monitoring } from "../monitoring";
import { constructError } from "../synthesis/errors";

/**
 * Refuses a synthesis whose access graph is beyond the bounds.
 *
 * @throws when two bounds are about the same kind of component and listener
 */
export function checkAccessBounds(monitoring: Monitoring, own: readonly Access[]): void {
  const repeated = own.find((bound, index) => own.findIndex((other) => isSameBound(bound, other)) < index);
  if (repeated) throw constructError(monitoring, `bounds: there are two for "${repeated.kind}": make one of them`);
  monitoring.node.addValidation({ validate: () => [...idleBounds(monitoring, own), ...surplus(monitoring, own)] });
}

/** A bound of what does not exist is a slip of the pen. */
function idleBounds({ _listening: listening }: Monitoring, own: readonly Access[]): string[] {
  const placed = [...new Set(listening.map(({ kind }) => kind))].sort();
  return own
    .filter(({ kind }) => !placed.includes(kind))
    .map((bound) => `bounds: ${bound.toString()} bounds nothing: what is placed is ${placed.join(", ")}`);
}

function surplus(monitoring: Monitoring, own: readonly Access[]): string[] {
  const { accessGraph, technicians } = monitoring;
  const bounds = allBounds(own);
  return accessMatrix(surplusEdges(bounds, accessGraph, technicians)).flatMap((row) => {
    const bound = boundOf(bounds, row.kind, row.listener);
    return bound ? [sentence(monitoring, row, bound)] : [];
  });
}

function sentence(monitoring: Monitoring, row: AccessRow, bound: Access): string {
  const { sources, sourceKind, destinations, kind, listener, port, protocol, reason } = row;
  const sets = new ServerSets();
  const from = sourceKind === undefined ? sources.join(", ") : `${sourceKind} on ${sets.text(sources)}`;
  const [server = ""] = sourceKind === undefined ? destinations : sources;
  const reacher = sourceKind === undefined ? AccessPeer.technicians() : AccessPeer.component(sourceKind);
  const wider = Access.only(kind, [...bound.reachers, reacher], bound.listener);
  return `${pathOf(monitoring, server, sourceKind ?? kind)}: ${from} would reach ${kind} (${listener}, ${port}/${protocol}) on ${sets.text(destinations)}, for "${reason}", which is beyond ${bound.toString()}: remove the connection, or admit it by the monitoring's bounds: [${wider.toString()}]`;
}

/** The construct of what stands on a server, as well as it is known. */
function pathOf({ node, _members: members }: Monitoring, server: string, kind: string): string {
  const member = members.find((each) => each.server.name === server);
  const component = member?._components.find((each) => each.kind === kind);
  return (component ?? member)?.node.path ?? node.path;
}
