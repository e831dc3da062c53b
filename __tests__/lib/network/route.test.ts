import { Endpoint, routeBetween } from "../../../lib/network/route";

const server = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  network: address,
  address: "10.0.0.1",
  publicAddress: address,
  bindAddress: "",
  ...more,
});
const IPV4 = "192.0.2.1";
const IPV6 = "2001:db8::1";

describe("the route between two servers", () => {
  test.each([
    ["prefers the first address", server(IPV4), server("192.0.2.2"), [IPV4, "192.0.2.2"]],
    [
      "uses private addresses in one network",
      server(IPV4, { network: 1 }),
      server(IPV6, { network: 1 }),
      ["10.0.0.1", "10.0.0.1"],
    ],
    [
      "uses the second address of the destination",
      server(IPV4),
      server(IPV6, { secondAddress: "192.0.2.2" }),
      [IPV4, "192.0.2.2"],
    ],
    [
      "uses the second address of the source",
      server(IPV4, { secondAddress: "2001:db8::2" }),
      server(IPV6),
      ["2001:db8::2", IPV6],
    ],
    [
      "has one family, if both servers have both",
      server(IPV4, { secondAddress: "2001:db8::2" }),
      server(IPV6, { secondAddress: "192.0.2.2" }),
      ["2001:db8::2", IPV6],
    ],
    ["accepts a host name as any family", server(IPV6), server("db.example.com"), [IPV6, "db.example.com"]],
    [
      "goes to an address of the family on which the services listen",
      server(IPV4, { secondAddress: "2001:db8::2" }),
      server(IPV4, { secondAddress: IPV6, bindAddress: IPV6 }),
      ["2001:db8::2", IPV6],
    ],
  ])("%s", (_name, from, to, [source, destination]) => {
    expect(routeBetween(from, to)).toEqual({ source, destination });
  });

  test("has no known source, if the source has no address for the other network", () => {
    const hidden = server(IPV4, { publicAddress: undefined });
    expect(routeBetween(hidden, server(IPV6))).toEqual({ source: undefined, destination: IPV6 });
  });

  test.each([
    ["the families differ", server(IPV4), server(IPV6)],
    ["the destination has no public address", server(IPV4), server(IPV4, { network: 1, publicAddress: undefined })],
    ["the services listen on another family", server(IPV4), server(IPV4, { bindAddress: IPV6 })],
  ])("is undefined if %s", (_name, from, to) => {
    expect(routeBetween(from, to)).toBeUndefined();
  });
});
