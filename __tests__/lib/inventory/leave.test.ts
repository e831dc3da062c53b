import { leaveInventory, machineKey } from "../../../lib/inventory/leave";
import { HostConnection } from "../../../lib/inventory/inventory";

const connection: HostConnection = {
  host: "203.0.113.7",
  port: 22,
  user: "root",
  hostKeys: [],
  hostKeyAlias: "app",
  waitSeconds: 30,
};
const facts = { name: "app", id: "app", generation: "1", address: "10.0.0.7", bind: "", architecture: "amd64" };

function leaving(uninstall: boolean, keepData: boolean): unknown {
  const server = {
    monitoring: "monitoring",
    membership: "test/app",
    host: { connection, facts },
    uninstall,
    keepData,
    exposedPorts: [],
    strict: false,
  };
  const { all } = leaveInventory(server) as { all: { children: { run_leave: { hosts: unknown } } } };
  return all.children.run_leave.hosts;
}

test("uninstalls all components of a server that leaves", () => {
  expect(leaving(true, true)).toEqual({
    app: { monitoring_components: [], cleanup_keep_data: true },
  });
  expect(leaving(true, false)).toMatchObject({ app: { cleanup_keep_data: false } });
});

test("has no host if nothing is uninstalled", () => {
  expect(leaving(false, true)).toEqual({});
});

test("machineKey identifies a machine by its SSH address", () => {
  expect(machineKey(connection)).toBe("203.0.113.7 22");
  expect(machineKey({ ...connection, jumpHost: "admin@bastion" })).toBe("admin@bastion 203.0.113.7 22");
  expect(machineKey({ ...connection, user: "admin", keyFile: "id" })).toBe(machineKey(connection));
});
