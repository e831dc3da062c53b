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
  const departing = {
    monitoring: "monitoring",
    membership: "test/app",
    host: { connection, facts },
    uninstall,
    keepData,
  };
  const { all } = leaveInventory(departing) as { all: { children: { run_leave: { hosts: unknown } } } };
  return all.children.run_leave.hosts;
}

test("a server that leaves gets no components", () => {
  expect(leaving(true, true)).toEqual({
    app: { monitoring_components: [], cleanup_keep_data: true },
  });
  expect(leaving(true, false)).toMatchObject({ app: { cleanup_keep_data: false } });
});

test("one that is to be left alone is no host of the run", () => {
  expect(leaving(false, true)).toEqual({});
});

test("a machine is told from others by how SSH finds it", () => {
  expect(machineKey(connection)).toBe("203.0.113.7 22");
  expect(machineKey({ ...connection, jumpHost: "admin@bastion" })).toBe("admin@bastion 203.0.113.7 22");
  expect(machineKey({ ...connection, user: "admin", keyFile: "id" })).toBe(machineKey(connection));
});
