import { defineTemplate, replaced, callTemplate } from "./go-template";

/** What means something in a URL, in quotes, or in a link of Slack's or of Markdown; `%` first, which stands for all others then. */
const SPECIAL = Array.from("% \"#&'()+,<=>?[\\]`{|}");

/** What the role adds: where Grafana is, for that is not known before. */
const GRAFANA = "monitoring.grafana";

/** The addresses that messages lead to. */
export const links: string = [
  defineTemplate(
    "monitoring.url.alerts",
    `{{ .ExternalURL }}/#/alerts?receiver=${callTemplate("monitoring.encoded", ".Receiver")}`,
  ),
  // Alertmanager's form, filled with what the alerts have in common.
  defineTemplate(
    "monitoring.url.silence",
    [
      "{{ .ExternalURL }}/#/silences/new?filter=%7B",
      "{{ range $i, $label := .CommonLabels.SortedPairs }}{{ if $i }}%2C{{ end }}{{ .Name }}%3D%22",
      callTemplate("monitoring.encoded", `(${replaced(".Value", String.raw`["\\]`, String.raw`\$0`)})`),
      "%22{{ end }}%7D",
    ].join(""),
  ),
  defineTemplate(
    "monitoring.url.dashboard",
    [
      callTemplate(GRAFANA),
      `/d/${callTemplate("monitoring.encoded", ".CommonAnnotations.dashboard")}`,
      `{{ with .CommonLabels.instance }}?var-instance=${callTemplate("monitoring.encoded")}{{ end }}`,
    ].join(""),
  ),
  defineTemplate("monitoring.url.runbook", callTemplate("monitoring.url", ".CommonAnnotations.runbook_url")),
  // A text as a part of a URL. (Go's `urlquery` makes "+" of spaces, which Alertmanager's page keeps.)
  defineTemplate("monitoring.encoded", `{{ ${SPECIAL.reduce(encoded, ".")} | safeUrl }}`),
  // A whole URL, made safe inside of links.
  defineTemplate("monitoring.url", `{{ ${Array.from(' "()<>`|').reduce(encoded, ".")} | safeUrl }}`),
].join("");

function encoded(expression: string, character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  return replaced(expression, `[\\${character}]`, `%${code}`);
}
