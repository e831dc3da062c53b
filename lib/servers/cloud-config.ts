import { stringify } from "yaml";

/** What the firewall and the logs' access lists need, and a cloud's image may lack. */
const PACKAGES = ["acl", "nftables"];

/**
 * User data for cloud-init, for an instance's first boot.
 *
 * @param commands shell commands that are run as root; may contain tokens
 */
export function cloudConfig(hostname: string, commands: readonly string[]): string {
  // A command may hold a token, which no line break may part.
  return `#cloud-config\n${stringify({ hostname, packages: PACKAGES, runcmd: commands }, { lineWidth: 0 })}`;
}
