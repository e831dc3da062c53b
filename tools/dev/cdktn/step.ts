import { join } from "node:path";
import { type Step } from "../../local/preparation";
import { ensureTerraform, providerOf } from "../../local/terraform";
import { ensureCdktn } from "./modules";

/** Installs cdktn into the cache, and finds the null provider in the version of its bindings. */
export const cdktnStep: Step = {
  title: "cdktn",
  ensure: async (log) => {
    const folder = await ensureCdktn(log);
    const provider = providerOf(join(folder, "node_modules", "@cdktn", "provider-null"));
    return { ...(await ensureTerraform(log, [provider])).environment, CDKTN_FOLDER: folder };
  },
};
