import { stringify } from "yaml";

/** Packages that the firewall and log access need, and that some cloud images lack. */
const PACKAGES = ["acl", "nftables"];

/**
 * Returns cloud-init user data for the first boot of an instance.
 *
 * @param commands shell commands, run as root; may contain tokens
 */
export function cloudConfig(hostname: string, commands: readonly string[]): string {
  // Long lines are not wrapped, because a line break inside a token would make the token invalid.
  return `#cloud-config\n${stringify({ hostname, packages: PACKAGES, runcmd: commands }, { lineWidth: 0 })}`;
}
