import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runbooksDirectory } from "../../lib/alerts/runbooks";
import { withAlertTable } from "../../lib/alerts/table";
import { writeAtomically } from "../cli/common";

// npm run alert-table: brings the table of alerts in docs/runbooks/README.md up to date.
const readme = join(runbooksDirectory, "README.md");
writeAtomically(readme, withAlertTable(readFileSync(readme, "utf8")));
