import { defineTemplate, replaced, callTemplate } from "./go-template";

/**
 * Characters with a meaning in URLs, quotes, or links of Slack and Markdown. `%` is first, because the encodings of the
 * others contain it.
 */
const SPECIAL = Array.from("% \"#&'()+,<=>?[\\]`{|}");

/** Template with the URL of Grafana. The role defines it, because the URL is not known at synthesis. */
const GRAFANA = "monitoring.grafana";

/** Templates of the URLs in notifications. */
export const links: string = [
  defineTemplate(
    "monitoring.url.alerts",
    `{{ .ExternalURL }}/#/alerts?receiver=${callTemplate("monitoring.encoded", ".Receiver")}`,
  ),
  // Alertmanager's form for a silence, filled with the labels that all alerts share.
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
  // Encodes a part of a URL. Go's `urlquery` encodes a space as "+", which Alertmanager's web UI does not decode.
  defineTemplate("monitoring.encoded", `{{ ${SPECIAL.reduce(encoded, ".")} | safeUrl }}`),
  // Encodes the characters of a whole URL that would end a link.
  defineTemplate("monitoring.url", `{{ ${Array.from(' "()<>`|').reduce(encoded, ".")} | safeUrl }}`),
].join("");

function encoded(expression: string, character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  return replaced(expression, `[\\${character}]`, `%${code}`);
}
