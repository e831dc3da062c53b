import { App, TerraformStack } from "cdktf";
import { LocalNetwork, LocalServer, MonitoredServer, Monitoring } from "../../../../constructs/index";
import { MORE_SERVERS } from "./more-servers";

// Apps that are loaded after this module get additional servers in their local stack before the synthesis.
const { synth } = Object.getOwnPropertyDescriptors(App.prototype);
App.prototype.synth = function (): void {
  addServers(this, Number(process.env[MORE_SERVERS] ?? 0));
  synth.value?.call(this);
};

/** Adds servers to the stack with a LocalNetwork. Finds the constructs by type, and so depends on nothing else in main.ts. */
function addServers(app: App, count: number): void {
  const network = app.node.findAll().find((construct) => construct instanceof LocalNetwork);
  if (!network) throw new Error("main.ts has no LocalNetwork, to which servers are added");
  const stack = TerraformStack.of(network);
  const monitoring = stack.node.findAll().find((construct) => construct instanceof Monitoring);
  if (!monitoring) throw new Error("main.ts has no Monitoring in the stack of its LocalNetwork");
  for (let number = 1; number <= count; number += 1) {
    const server = new LocalServer(stack, `more-${number}-server`, { network });
    new MonitoredServer(stack, `more-${number}`, { monitoring, server });
  }
}
