import { findUnauthorizedSource } from "../../../lib/verify/unauthorized-source";
import { fleet, server } from "../../support/fleet";

const BRIDGE = ["127.0.0.1/8", "192.0.2.2/24", "10.0.0.1/8", "fe80::1/64"];

test("this machine is a stranger to servers on a network with it, by its address in another one", () => {
  expect(findUnauthorizedSource(fleet(), "192.0.2.2", BRIDGE)).toEqual({
    address: "192.0.2.2",
    reaches: new Set(["app-0", "hub"]),
  });
});

test("it is none to servers beyond, where its address would be replaced on the way, nor to those of its own network", () => {
  expect(findUnauthorizedSource(fleet(), "192.0.2.2", ["192.0.2.2/24"])).toBeUndefined();
  expect(findUnauthorizedSource(fleet(), "10.0.0.1", ["10.0.0.1/8"])).toBeUndefined();
  expect(findUnauthorizedSource(fleet(), undefined, BRIDGE)).toBeUndefined();
});

test("it is none to a server that admits it", () => {
  const ports = [{ name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["192.0.2.0/24"] }];
  const open = { ...fleet(), servers: [...fleet().servers, server("open", "10.0.0.77", { ports })] };
  expect(findUnauthorizedSource(open, "192.0.2.2", BRIDGE)?.reaches).toEqual(new Set(["app-0", "hub"]));
});
