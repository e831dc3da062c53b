import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { LocalNetwork, LocalServer } from "../../../../constructs/index";
import { monitorAll } from "./monitored";
import { sample, ServerKind } from "./sample";

/**
 * Monitored local servers, compared with a simple version written by hand with the null provider: for each server, a
 * resource that creates and removes its container, and a resource that installs its node exporter.
 */
const localServers: ServerKind = {
  ours: (stack, count) => {
    const network = new LocalNetwork(stack, "network", { published: false });
    monitorAll(stack, [network.gateway], count, (id) => new LocalServer(stack, id, { network }));
  },
  bare: (stack, count) => {
    new NullProvider(stack, "null");
    for (let number = 0; number < count; number += 1) {
      const name = `app-${number}`;
      const environment = { SERVER: "${self.triggers.SERVER}", DOCKER_HOST: "${self.triggers.DOCKER_HOST}" };
      const description = { network: "bench", container: `bench-${name}`, name, address: "198.18.0.2", publish: {} };
      const server = new NullResource(stack, `${name}-server`, {
        triggers: { SERVER: JSON.stringify(description), DOCKER_HOST: "" },
        provisioners: [
          { type: "local-exec", command: "exec python3 containers.py server create", environment },
          { type: "local-exec", when: "destroy", command: "exec python3 containers.py server destroy", environment },
        ],
      });
      new NullResource(stack, name, {
        triggers: { server: server.id, version: "1.12.1" },
        provisioners: [
          {
            type: "local-exec",
            command: "exec ansible-playbook --inventory $ADDRESS, node_exporter.yml",
            environment: { ADDRESS: description.address, PORT: "9100", COLLECTORS: "systemd", VERSION: "1.12.1" },
          },
        ],
      });
    }
  },
};

sample(localServers);
