import * as fc from "fast-check";
import { Ipv4Block } from "../../../lib/network/ipv4-block";
import { HostAddresses } from "../../../lib/network/host-addresses";

const addresses = (cidr = "198.18.0.0/20"): HostAddresses => new HostAddresses(new Ipv4Block(cidr));

describe("HostAddresses", () => {
  test("gives a name the same address no matter which other names exist", () => {
    const alone = addresses().allocate("app");
    const among = addresses();
    for (const name of ["hub", "db", "web"]) among.allocate(name);
    expect(among.allocate("app")).toBe(alone);
  });

  test("never assigns an address twice, nor the network, gateway or broadcast address", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 13 }), (names) => {
        const small = addresses("198.18.0.0/28");
        const given = names.map((name) => small.allocate(name));
        expect(new Set(given).size).toBe(names.length);
        for (const reserved of ["198.18.0.0", "198.18.0.1", "198.18.0.15"]) expect(given).not.toContain(reserved);
      }),
    );
  });

  test("rejects a name if the block is full", () => {
    const small = addresses("198.18.0.0/29");
    for (const name of ["a", "b", "c", "d", "e"]) small.allocate(name);
    expect(() => small.allocate("f")).toThrow("no address is left in 198.18.0.0/29: give the network a larger subnet");
  });

  test("assigns a requested address unless it is taken, reserved or outside the block", () => {
    const network = addresses();
    expect(network.allocate("app", "198.18.0.9")).toBe("198.18.0.9");
    expect(() => network.allocate("web", "198.18.0.9")).toThrow(
      'the address 198.18.0.9 is assigned to "app": use another one',
    );
    expect(() => network.allocate("web", "198.18.16.1")).toThrow("the address 198.18.16.1 is outside 198.18.0.0/20");
    expect(() => network.allocate("web", "198.18.0.1")).toThrow("the address 198.18.0.1 is reserved in 198.18.0.0/20");
    expect(() => network.allocate("web", "nonsense")).toThrow("the address nonsense is outside 198.18.0.0/20");
  });
});
