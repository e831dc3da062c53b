import { GeneratedFile } from "../inventory/generated-file";
import { formats } from "./templates/formats";
import { defineTemplate, callTemplate } from "./templates/go-template";
import { links } from "./templates/links";
import { states, message, title, byWorstState } from "./templates/message";

const slackColor = byWorstState({ critical: "danger", warning: "warning", other: "#439fe0", resolved: "good" });
const htmlColor = byWorstState({ critical: "#c62828", warning: "#ef6c00", other: "#1565c0", resolved: "#2e7d32" });
const pagerDutySeverity = byWorstState({ critical: "critical", warning: "warning", other: "info", resolved: "info" });

const mail = [
  '<!DOCTYPE html>\n<html><head><meta name="viewport" content="width=device-width, initial-scale=1"></head>\n',
  '<body style="margin: 0; padding: 12px; font: 16px/1.4 sans-serif; color: #222">\n',
  `<div style="max-width: 640px; border-left: 6px solid ${htmlColor}; padding-left: 12px">\n`,
  `${callTemplate("monitoring.text.html")}\n</div>\n</body></html>\n`,
].join("");

/**
 * Returns Alertmanager's templates of all notifications. The role adds a file that defines the template
 * `monitoring.grafana`: the URL of Grafana.
 */
export function templateFiles(): readonly GeneratedFile[] {
  const content = [
    states,
    links,
    ...formats.flatMap((format) => [title(format), message(format)]),
    defineTemplate("monitoring.color.slack", slackColor),
    defineTemplate("monitoring.severity.pagerduty", pagerDutySeverity),
    defineTemplate("monitoring.mail", mail),
  ];
  return [{ path: "templates/monitoring.tmpl", content: content.join("") }];
}
