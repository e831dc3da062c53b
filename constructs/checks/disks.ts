import { diskProblem } from "../../lib/budgets";
import { IMonitoring } from "../contracts";

/** Returns a warning for each server whose disk is too small for the data of its components. */
export function diskWarnings(monitoring: IMonitoring): string[] {
  return monitoring._members.flatMap(({ server, _components: components }) => {
    const needs = components.flatMap(({ _diskNeed: need }) => (need === undefined ? [] : [need]));
    if (server.dataDiskSize === undefined || needs.length === 0) return [];
    const found = diskProblem(server.name, server.dataDiskSize, needs);
    return found === undefined ? [] : [found];
  });
}
