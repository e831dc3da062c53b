import { IMonitoring } from "../contracts";

/** Returns a warning for each component that connects to others, but whose system user is unknown. */
export function localUserWarnings({ _components: components, _listening: listening }: IMonitoring): string[] {
  const users = new Map(listening.map(({ kind, user }) => [kind, user]));
  return components
    .filter(({ _listening: { user } }) => user === undefined)
    .flatMap(({ connections, member, node }) => {
      const kinds = [...new Set(connections.map(({ kind }) => kind))].filter((kind) => users.get(kind) !== undefined);
      if (kinds.length === 0) return [];
      return [
        `${node.path} names no system user, so every process on "${member.server.name}" may connect to ${kinds.join(", ")}: set user to the user of its service`,
      ];
    });
}
