import { alertPages } from "../../lib/alerts/table";
import { writeAtomically } from "../cli/files";

// npm run alert-table: writes the generated sections of docs/reference/alerts.md and docs/runbooks/README.md.
for (const { path, content } of alertPages()) writeAtomically(path, content);
