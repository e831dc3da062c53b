import { findUnauthorizedSource } from "../../../lib/verify/unauthorized-source";
import { fleet, server } from "../../support/fleet";

const INTERFACES = ["127.0.0.1/8", "192.0.2.2/24", "10.0.0.1/8", "fe80::1/64"];

describe("findUnauthorizedSource", () => {
  it("finds this machine's address in another network than that of the servers", () => {
    expect(findUnauthorizedSource(fleet(), "192.0.2.2", INTERFACES)).toEqual({
      address: "192.0.2.2",
      servers: new Set(["app-0", "hub"]),
    });
  });

  it("finds none for servers behind a router, in the network of the address, or without an address", () => {
    expect(findUnauthorizedSource(fleet(), "192.0.2.2", ["192.0.2.2/24"])).toBeUndefined();
    expect(findUnauthorizedSource(fleet(), "10.0.0.1", ["10.0.0.1/8"])).toBeUndefined();
    expect(findUnauthorizedSource(fleet(), undefined, INTERFACES)).toBeUndefined();
  });

  it("ignores ports that every address may reach", () => {
    const ports = [{ name: "gateway_challenges", protocol: "tcp", port: 80, sources: ["0.0.0.0/0", "::/0"] }];
    const open = { ...fleet(), servers: [server("open", "10.0.0.77", { ports })] };
    expect(findUnauthorizedSource(open, "192.0.2.2", INTERFACES)?.servers).toEqual(new Set(["open"]));
  });

  it("leaves out a server that allows the address", () => {
    const ports = [{ name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["192.0.2.0/24"] }];
    const open = { ...fleet(), servers: [...fleet().servers, server("open", "10.0.0.77", { ports })] };
    expect(findUnauthorizedSource(open, "192.0.2.2", INTERFACES)?.servers).toEqual(new Set(["app-0", "hub"]));
  });
});
