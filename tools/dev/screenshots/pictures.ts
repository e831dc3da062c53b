import { statSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../../cli/user-error";
import { Dashboard, Login } from "./grafana-api";

/** Greatest size of a picture in the README, in KiB. Larger pictures make the repository and the page slow. */
export const SIZE_LIMIT = 300;

/** Returns the name of a dashboard's picture, without the extension: its title in lower case, such as `application-logs`. */
export function pictureName({ title }: Pick<Dashboard, "title">): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/**
 * Returns the URL of a dashboard.
 *
 * @param minutes length of the time range up to now; undefined for the default of the dashboard
 */
export function dashboardUrl({ url }: Login, uid: string, minutes?: number): string {
  const range: Record<string, string> = minutes === undefined ? {} : { from: `now-${minutes}m`, to: "now" };
  const query = new URLSearchParams({ orgId: "1", theme: "dark", ...range });
  return `${url}/d/${encodeURIComponent(uid)}?${query.toString()}`;
}

/** Returns the reason why a picture is not suitable for the README, or undefined if it is suitable. */
export function sizeProblem(file: string): string | undefined {
  const size = Math.ceil(statSync(file).size / 1024);
  if (size <= SIZE_LIMIT) return undefined;
  return `${basename(file)} has ${size} KiB, but the limit is ${SIZE_LIMIT} KiB: use a smaller --width`;
}

/**
 * Returns the dashboards whose pictures have the given names.
 *
 * @param names names of pictures; undefined for all dashboards
 * @throws UserError if a name belongs to no dashboard
 */
export function selectDashboards(
  dashboards: readonly Dashboard[],
  names: readonly string[] = dashboards.map(pictureName),
): readonly Dashboard[] {
  return names.map((name) => {
    const found = dashboards.find((dashboard) => pictureName(dashboard) === name);
    if (found !== undefined) return found;
    throw new UserError(
      `--dashboards: unknown dashboard "${name}": use ${dashboards.map(pictureName).join(", ")} or all`,
    );
  });
}
