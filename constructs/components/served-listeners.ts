import { Listener, portProblem } from "../../lib/access/access";
import { prefixed } from "../../lib/prefixed";
import { Transport } from "../../lib/transport";

/** Name of the listener on the loopback address, to which the gateway connects. */
export const API = "api";
/** Name of the listener at which the gateway serves technicians by http, if the transport has such web UIs. */
export const WEB = "web";

/** How the gateway serves the listener `http` of a component. */
export interface GatewayUse {
  /** Port of the component itself on the loopback address. */
  readonly apiPort: number;
  /** Port to which other components connect by TLS, if technicians open the web UIs by http. */
  readonly tlsPort: number;
  /** Whether the gateway serves the component with a plain transport, too. */
  readonly always: boolean;
}

/** Returns why the gateway cannot serve a component in this way; undefined if it can. */
export function gatewayUseProblem({ apiPort, tlsPort }: GatewayUse): string | undefined {
  return prefixed("apiPort", portProblem(apiPort)) ?? prefixed("tlsPort", portProblem(tlsPort));
}

/** Returns the listeners of a component that a gateway serves: those of the gateway, and that of the component itself. */
export function servedListeners(
  listeners: readonly Listener[],
  { apiPort, tlsPort }: GatewayUse,
  transport: Transport,
): readonly Listener[] {
  return [
    ...listeners.flatMap((listener) =>
      transport._httpWebUis && listener.name === "http" ? withWebUi(listener, tlsPort) : [listener],
    ),
    { name: API, port: apiPort, protocol: "tcp", loopback: true },
  ];
}

/** Splits a listener: technicians connect to its port by http, and components to another port by TLS. */
function withWebUi(listener: Listener, tlsPort: number): readonly Listener[] {
  const { port, protocol, anyLocalUser } = listener;
  return [
    { ...listener, port: tlsPort, technicians: false },
    { name: WEB, port, protocol, technicians: true, ...(anyLocalUser === undefined ? {} : { anyLocalUser }) },
  ];
}
