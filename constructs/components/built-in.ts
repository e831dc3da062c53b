import { componentKind } from "../../lib/components";
import { Resources } from "../../lib/resources";
import type { ComponentDescription } from "./component";
import { OnMove } from "./on-move";

/** Settings of a built-in component that its description depends on. */
export interface BuiltInSettings {
  /** @default - the port in the record of the kind */
  readonly port?: number;
  /** @default - the pinned version */
  readonly version?: string;
  /** @default false */
  readonly adopt?: boolean;
  /** @default - the limits in the record of the kind */
  readonly resources?: Resources;
  /** @default OnMove.KEEP_DATA, if the kind has data */
  readonly onMove?: OnMove;
  /** @default - the first release archive in the record of the kind */
  readonly artifact?: string;
  /** @default "http" */
  readonly scheme?: string;
  /** @default - the port in the record of the kind */
  readonly apiPort?: number;
  /** @default - the port in the record of the kind */
  readonly tlsPort?: number;
}

/** Returns the description of a built-in component, from the record of its kind. */
export function builtIn(kind: string, settings: BuiltInSettings): ComponentDescription {
  const record = componentKind(kind);
  return {
    kind,
    artifact: settings.artifact ?? record.artifacts[0],
    version: settings.version,
    ...(record.data ? { onMove: settings.onMove ?? OnMove.KEEP_DATA } : {}),
    adopt: settings.adopt,
    resources: settings.resources,
    agent: record.agent,
    clustered: record.clustered,
    ...(record.gateway === undefined
      ? {}
      : {
          _gateway: {
            ...record.gateway,
            apiPort: settings.apiPort ?? record.gateway.apiPort,
            tlsPort: settings.tlsPort ?? record.gateway.tlsPort,
          },
        }),
    listeners: [
      {
        name: "http",
        port: settings.port ?? record.port,
        protocol: "tcp",
        ...(settings.scheme === undefined ? {} : { scheme: settings.scheme }),
        scrapeJob: record.scrapeJob,
        technicians: true,
        ...(record.anyLocalUser ? { anyLocalUser: true } : {}),
      },
    ],
  };
}
