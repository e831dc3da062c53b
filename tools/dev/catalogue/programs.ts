import type { GoModule } from "../../local/source/go";
import { sources } from "../../local/source";
import { UserError } from "../../cli/user-error";
import { alertmanager } from "./alertmanager";
import { caddy } from "./caddy";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { nodeExporter } from "./node-exporter";
import type { Program } from "./program";
import { prometheus } from "./prometheus";
import { promtail } from "./promtail";

/** The programs of all kinds in the catalogue. Alloy cannot be built from its Go module, so only its sources are read. */
export const programs: readonly Program[] = [
  alertmanager,
  { kind: "alloy" },
  caddy,
  grafana,
  loki,
  nodeExporter,
  prometheus,
  promtail,
];

/** The module of Alloy. `packages` contains all of its components, because the package of the program differs between versions. */
const ALLOY: GoModule = {
  name: "alloy",
  module: "github.com/grafana/alloy",
  packages: ["internal/..."],
  tags: ["promtail_journal_enabled"],
};

/**
 * Returns the Go module of a program.
 *
 * @throws UserError if none is known
 */
export function moduleOf(kind: string): GoModule {
  const found = [...sources, ALLOY].find(({ name }) => name === kind);
  if (!found) throw new UserError(`the Go module of ${kind} is not known: add it to tools/local/source.ts`);
  return found;
}
