import { join } from "node:path";

/**
 * The settings of a Loki that runs as one process on the loopback address and stores its data in a folder.
 *
 * @param store type of the key-value store of the ring
 */
export function localLokiSettings(
  folder: string,
  ports: { readonly http: number; readonly grpc: number },
  store: "inmemory" | "memberlist",
): object {
  return {
    target: "all",
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_address: "127.0.0.1",
      http_listen_port: ports.http,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: ports.grpc,
    },
    common: {
      path_prefix: folder,
      instance_addr: "127.0.0.1",
      replication_factor: 1,
      ring: { kvstore: { store } },
    },
    schema_config: {
      configs: [
        {
          from: "2024-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    storage_config: { filesystem: { directory: join(folder, "chunks") } },
    ingester: { lifecycler: { min_ready_duration: "0s" } },
  };
}
