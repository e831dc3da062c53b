import { Token } from "cdktf";
import { isIP } from "node:net";
import { Route, routeBetween } from "../../lib/network/route";
import { IServer } from "../contracts";

/** Returns the addresses of a connection between two servers; undefined if one cannot reach the other. */
export function serverRoute(from: IServer, to: IServer): Route | undefined {
  const families = new Map([from, to].map((server) => [server as object, server._family ?? 0]));
  return routeBetween(from, to, (address, server) =>
    Token.isUnresolved(address) ? (families.get(server) ?? 0) : isIP(address),
  );
}
