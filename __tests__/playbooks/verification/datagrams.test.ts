import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { deflateSync } from "node:zlib";
import { rootTest } from "../../support/root";
import { Output, start } from "../python";

/** Address, port and number of a datagram. */
type Datagram = readonly [string, number, number];

const ipv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

async function datagrams(...args: readonly string[]): Promise<Output> {
  return start("verification/datagrams.py", args, process.env).ended;
}

async function result(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await datagrams(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function send(token: string, from: string | null, ...to: readonly Datagram[]): Promise<unknown> {
  return result("send", token, deflateSync(JSON.stringify({ from, to })).toString("base64"));
}

async function listen(token: string): Promise<void> {
  expect(await datagrams("listen", token)).toEqual({ code: 0, stdout: "listening\n", stderr: "" });
}

rootTest("reports the datagrams of one verification by their numbers, also without a service on the port", async () => {
  await listen("a");
  await listen("b");
  expect(await send("a", null, ["127.0.0.1", 9, 1], [ipv6 ? "::1" : "127.0.0.1", 9, 22])).toEqual(["sent", "sent"]);
  expect(await send("b", "127.0.0.2", ["127.0.0.1", 9, 3])).toEqual(["sent"]);
  expect(await Promise.all([result("report", "a"), result("report", "b")])).toEqual([[1, 22], [3]]);
});

rootTest("leaves the datagrams to the service on the port, as readable text", async () => {
  const service = createSocket("udp4").bind(0, "127.0.0.1");
  await once(service, "listening");
  const got = once(service, "message") as Promise<[Buffer]>;
  await listen("c");
  await send("c", null, ["127.0.0.1", service.address().port, 7]);
  expect(String((await got)[0])).toBe("cdktf-monitoring verify c 7");
  service.close();
  expect(await result("report", "c")).toEqual([7]);
});

rootTest("stops listening after the report, and fails if nothing listens", async () => {
  await listen("d");
  expect(await result("report", "d")).toEqual([]);
  const { code, stderr } = await datagrams("report", "d");
  expect(code).not.toBe(0);
  expect(stderr).toContain("ConnectionRefusedError");
});

it("reports which datagrams could not be sent, in order", async () => {
  const found = await send("e", null, ["no-such-name.invalid", 9, 1], ["127.0.0.1", 9, 2]);
  expect(found).toEqual([expect.stringMatching(/^error: /), "sent"]);
  expect(await send("e", "192.0.2.99", ["127.0.0.1", 9, 1])).toEqual(["unreachable"]);
});
