import { posix } from "node:path";
import { stringify } from "yaml";
import { groupBy } from "../grouping";
import { SecretReference } from "../inventory/secret";
import { inhibitions } from "./inhibitions";
import { secretName, Setting } from "./integration";
import { Receiver } from "./receiver";
import { NULL_RECEIVER } from "./receiver-validation";
import { DefaultReceivers, defaultReceivers, routeTree } from "./route-tree";
import { Inhibition, Routing, TimeInterval } from "./routing";
import { receiversProblem, routingProblem } from "./routing-validation";

/** Receivers of notifications, and the alerts that each of them gets. */
export interface NotificationSettings {
  readonly receivers: readonly Receiver[];
  readonly routing: Routing;
  /** Receiver that is pinged every minute while alerts are delivered. @default - none */
  readonly deadMansSwitch?: Receiver;
}

/** Input of Alertmanager's configuration. */
export interface AlertmanagerConfigInput extends NotificationSettings {
  /** Folder on the server with one file per secret. */
  readonly secretsDirectory: string;
}

/**
 * Renders Alertmanager's configuration as YAML. It contains paths of files instead of secrets, and reads the templates
 * in the folder `templates` next to it.
 *
 * @throws if receivers share a name, or if the routing is malformed
 */
export function alertmanagerConfig(input: AlertmanagerConfigInput): string {
  const found = notificationProblem(input);
  if (found !== undefined) throw new Error(found);
  const { routing, deadMansSwitch, secretsDirectory } = input;
  const file = (owner: string, secret: string): string => posix.join(secretsDirectory, secretName(owner, secret));
  const config: Setting = {
    templates: ["templates/*.tmpl"],
    route: routeTree(routing, defaultReceiversOf(input), deadMansSwitch?.name),
    inhibit_rules: inhibitions(routing).map(inhibitRule),
    time_intervals: routing.timeIntervals?.map(timeInterval),
    receivers: [...allReceivers(input).map((receiver) => receiverSetting(receiver, file)), { name: NULL_RECEIVER }],
  };
  return stringify(config, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
}

/** Returns the first problem with the receivers and the routing, or undefined. */
export function notificationProblem(notification: NotificationSettings): string | undefined {
  const { receivers, routing } = notification;
  const found = routingProblem(
    routing,
    receivers.map(({ name }) => name),
  );
  return receiversProblem(allReceivers(notification)) ?? (found === undefined ? undefined : `routing: ${found}`);
}

/** Returns the secrets of all receivers, each once. */
export function receiverSecrets(receivers: readonly Receiver[]): readonly SecretReference[] {
  const references = receivers.flatMap(({ _secrets }) => _secrets);
  return [...new Map(references.map((reference) => [reference.name, reference])).values()];
}

/** Returns all receivers and the dead man's switch, each once. */
export function allReceivers({ receivers, deadMansSwitch }: NotificationSettings): readonly Receiver[] {
  return deadMansSwitch === undefined || receivers.includes(deadMansSwitch)
    ? receivers
    : [...receivers, deadMansSwitch];
}

/** Returns warnings about valid settings that are probably unintended. */
export function routingWarnings(notification: NotificationSettings): string[] {
  const { receivers, routing, deadMansSwitch } = notification;
  if (receivers.length === 0)
    return [
      "there are no receivers, so nobody is notified of alerts: add one, such as Receiver.slack or Receiver.ntfy",
    ];
  const { critical, rest } = defaultReceiversOf(notification);
  const named = new Set([
    critical,
    rest,
    deadMansSwitch?.name,
    ...(routing.routes ?? []).map(({ receiver }) => receiver),
  ]);
  const used = receivers.filter(({ name }) => named.has(name));
  // A member of a used group is notified by the group.
  const isNotified = ({ _integrations }: Receiver): boolean =>
    used.some((other) => _integrations.every((each) => other._integrations.includes(each)));
  return [
    ...(deadMansSwitch === undefined
      ? [
          "there is no deadMansSwitch, so nobody is notified if the monitoring itself is down: set one, such as Receiver.healthchecks with the URL of an external check",
        ]
      : []),
    ...receivers
      .filter((receiver) => !isNotified(receiver))
      .map(({ name }) => `the receiver "${name}" gets no alerts: add a route to it, or remove it`),
  ];
}

function defaultReceiversOf({ receivers, routing }: NotificationSettings): DefaultReceivers {
  return defaultReceivers(
    routing,
    receivers.map(({ name }) => name),
  );
}

function receiverSetting({ name, _integrations }: Receiver, file: (owner: string, secret: string) => string): Setting {
  const kinds = [...groupBy(_integrations, ({ key }) => key)].map(([key, all]): [string, Setting] => [
    key,
    all.map(({ owner, settings }) => settings((secret) => file(owner, secret))),
  ]);
  return { name, ...Object.fromEntries(kinds) };
}

function inhibitRule({ source, target, equal }: Inhibition): Setting {
  return { source_matchers: source.map(String), target_matchers: target.map(String), equal };
}

function timeInterval({ name, times, weekdays, timeZone }: TimeInterval): Setting {
  const hours = times?.map((part) => ({ start_time: part.slice(0, 5), end_time: part.slice(6) }));
  return { name, time_intervals: [{ times: hours, weekdays, location: timeZone }] };
}
