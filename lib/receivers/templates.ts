import { GeneratedFile } from "../inventory/generated-file";
import { formats } from "./templates/format";
import { define, use } from "./templates/go";
import { links } from "./templates/links";
import { counts, message, title, worst } from "./templates/message";

const slackColor = worst({ critical: "danger", warning: "warning", other: "#439fe0", resolved: "good" });
const htmlColor = worst({ critical: "#c62828", warning: "#ef6c00", other: "#1565c0", resolved: "#2e7d32" });
const pagerDutySeverity = worst({ critical: "critical", warning: "warning", other: "info", resolved: "info" });

const mail = [
  '<!DOCTYPE html>\n<html><head><meta name="viewport" content="width=device-width, initial-scale=1"></head>\n',
  '<body style="margin: 0; padding: 12px; font: 16px/1.4 sans-serif; color: #222">\n',
  `<div style="max-width: 640px; border-left: 6px solid ${htmlColor}; padding-left: 12px">\n`,
  `${use("monitoring.text.html")}\n</div>\n</body></html>\n`,
].join("");

/**
 * The templates of all messages, as Alertmanager's role is handed them. The role adds a file that defines
 * `monitoring.grafana`: the URL of Grafana.
 */
export function templateFiles(): readonly GeneratedFile[] {
  const content = [
    counts,
    links,
    ...formats.flatMap((format) => [title(format), message(format)]),
    define("monitoring.color.slack", slackColor),
    define("monitoring.severity.pagerduty", pagerDutySeverity),
    define("monitoring.mail", mail),
  ];
  return [{ path: "templates/monitoring.tmpl", content: content.join("") }];
}
