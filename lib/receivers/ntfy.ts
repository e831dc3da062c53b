import { Integration } from "./integration";
import { bearerAuthorization } from "./integrations";
import { NtfyReceiverProps } from "./receiver-props";

/**
 * Returns the settings of an ntfy receiver.
 *
 * ntfy 2.10 and later formats Alertmanager's JSON with Go templates from the headers of the request
 * (https://docs.ntfy.sh/publish/#message-templating). It rejects JSON longer than 32 KiB and messages longer than 4,096
 * bytes, so both are limited.
 */
export function ntfy({ topicUrl, accessToken, priority, sendResolved = true }: NtfyReceiverProps): Integration {
  return {
    key: "webhook_configs",
    secrets: { topic_url: topicUrl, ...(accessToken && { access_token: accessToken }) },
    settings: (file) => ({
      url_file: file("topic_url"),
      max_alerts: MAX_ALERTS,
      send_resolved: sendResolved,
      http_config: {
        ...(accessToken && bearerAuthorization(file("access_token"))),
        http_headers: {
          "X-Template": { values: ["yes"] },
          "X-Title": { values: [TITLE] },
          "X-Message": { values: [MESSAGE] },
          "X-Priority": priority === undefined ? undefined : { values: [String(priority)] },
        },
      },
    }),
  };
}

const MAX_ALERTS = 10;
const SUMMARY = '{{ printf "%.150s" (or .annotations.summary .labels.alertname) }}';

const TITLE = [
  '{{ if ne .status "firing" }}RESOLVED',
  '{{ else if eq (or .commonLabels.severity "") "critical" }}CRITICAL',
  '{{ else if eq (or .commonLabels.severity "") "warning" }}WARNING{{ else }}FIRING{{ end }}: ',
  `{{ if eq (len .alerts) 1 }}{{ range .alerts }}${SUMMARY}{{ end }}`,
  '{{ else }}{{ or .commonLabels.alertname "Alerts" }}{{ with .commonLabels.instance }} on {{ . }}{{ end }}{{ end }}',
].join("");

/** ntfy reads `\n` in a header as a line break. */
const MESSAGE = [
  `{{ range .alerts }}{{ if gt (len $.alerts) 1 }}{{ .status }}: ${SUMMARY}\\n`,
  String.raw`{{ else }}{{ with .annotations.description }}{{ printf "%.500s" . }}\n{{ end }}since {{ .startsAt }}\n{{ end }}{{ end }}`,
  String.raw`{{ if .truncatedAlerts }}and {{ .truncatedAlerts }} more\n{{ end }}`,
  String.raw`{{ with .commonAnnotations.runbook_url }}Runbook: {{ . }}\n{{ end }}Alerts: {{ .externalURL }}`,
].join("");
