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

/** Who is told, and what of. */
export interface NotificationSettings {
  readonly receivers: readonly Receiver[];
  readonly routing: Routing;
  /** Who is told each minute that alerts still arrive. */
  readonly deadMansSwitch?: Receiver;
}

/** What Alertmanager's configuration is made of. */
export interface AlertmanagerConfigInput extends NotificationSettings {
  /** The folder on the server that holds a file for each secret. */
  readonly secretsDirectory: string;
}

/**
 * Alertmanager's configuration, as YAML. It holds no secrets, but the paths of their files; its templates are those of
 * the folder `templates` beside it.
 *
 * @throws when receivers share a name, or the routing names what is not there or is malformed
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

/** What is wrong with who is told of what, or undefined. */
export function notificationProblem(notification: NotificationSettings): string | undefined {
  const { receivers, routing } = notification;
  const found = routingProblem(
    routing,
    receivers.map(({ name }) => name),
  );
  return receiversProblem(allReceivers(notification)) ?? (found === undefined ? undefined : `routing: ${found}`);
}

/** The secrets of all receivers, each once. */
export function receiverSecrets(receivers: readonly Receiver[]): readonly SecretReference[] {
  const references = receivers.flatMap(({ _secrets }) => _secrets);
  return [...new Map(references.map((reference) => [reference.name, reference])).values()];
}

/** All receivers of a notification, with the one that is only a dead man's switch. */
export function allReceivers({ receivers, deadMansSwitch }: NotificationSettings): readonly Receiver[] {
  return deadMansSwitch === undefined || receivers.includes(deadMansSwitch)
    ? receivers
    : [...receivers, deadMansSwitch];
}

/** What is not wrong, but may not be meant: sentences for people. */
export function routingWarnings(notification: NotificationSettings): string[] {
  const { receivers, routing, deadMansSwitch } = notification;
  if (receivers.length === 0)
    return ["alerts are sent to nobody: give receivers, for example Receiver.slack or Receiver.ntfy"];
  const { critical, rest } = defaultReceiversOf(notification);
  const named = new Set([
    critical,
    rest,
    deadMansSwitch?.name,
    ...(routing.routes ?? []).map(({ receiver }) => receiver),
  ]);
  const used = receivers.filter(({ name }) => named.has(name));
  // One that is in a group is told by that.
  const isTold = ({ _integrations }: Receiver): boolean =>
    used.some((other) => _integrations.every((each) => other._integrations.includes(each)));
  return [
    ...(deadMansSwitch === undefined
      ? [
          "nobody is told when the monitoring itself is down: give deadMansSwitch, for example Receiver.healthchecks with the URL of a check at a service outside",
        ]
      : []),
    ...receivers
      .filter((receiver) => !isTold(receiver))
      .map(({ name }) => `the receiver "${name}" gets nothing: no route names it`),
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
