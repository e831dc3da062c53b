import { Expression, singleLine, replaced, callTemplate } from "./go-template";

/** Markup and limits of a kind of notification. */
export interface MessageFormat {
  /** Name of the format. It is a part of template names: `monitoring.text.<name>`. */
  readonly name: string;
  /** Outputs the text of an expression, with markup characters escaped. */
  readonly escaped: (expression: Expression) => string;
  readonly bold: (text: string) => string;
  readonly link: (url: string, text: string) => string;
  /** End of a line. */
  readonly lineBreak: string;
  /** Separator between alerts. */
  readonly separator: string;
  /** Maximum number of firing alerts, and of resolved alerts, that a notification lists. */
  readonly maxAlerts: number;
  /** Maximum length of each text of an alert, in characters. */
  readonly maxTextLength: number;
  /** Whether the text includes the title, because the service shows no separate title. */
  readonly includesTitle: boolean;
}

/** Slack's markup: https://docs.slack.dev/messaging/formatting-message-text */
export const slack: MessageFormat = {
  name: "slack",
  escaped: (expression) => `{{ ${["&amp;", "&lt;", "&gt;"].reduce(entity, expression)} }}`,
  bold: (text) => `*${text}*`,
  link: (url, text) => `<${url}|${text}>`,
  lineBreak: "\n",
  separator: "\n",
  maxAlerts: 10,
  maxTextLength: 500,
  includesTitle: false,
};

/** Markdown for Discord (at most 4,096 characters) and Teams (which joins lines without an empty line between them). */
export const markdown: MessageFormat = {
  name: "markdown",
  escaped: (expression) => `{{ ${replaced(expression, String.raw`[\\*_~\x60|\[\]()<>#]`, String.raw`\$0`)} }}`,
  bold: (text) => `**${text}**`,
  link: (url, text) => `[${text}](${url})`,
  lineBreak: "\n\n",
  separator: "",
  maxAlerts: 4,
  maxTextLength: 300,
  includesTitle: false,
};

/** Plain text of e-mails and of PagerDuty's details. */
export const plain: MessageFormat = {
  name: "plain",
  escaped: (expression) => `{{ ${expression} }}`,
  bold: (text) => text,
  link: (url, text) => `${text}: ${url}\n`,
  lineBreak: "\n",
  separator: "\n",
  maxAlerts: 50,
  maxTextLength: 900,
  includesTitle: true,
};

/** HTML of e-mails. Alertmanager escapes the values in it. */
export const html: MessageFormat = {
  name: "html",
  escaped: (expression) => `{{ ${expression} }}`,
  bold: (text) => `<b>${text}</b>`,
  link: (url, text) => `<a href="${url}">${text}</a>`,
  lineBreak: "<br>\n",
  separator: "<br>\n",
  maxAlerts: 50,
  maxTextLength: 900,
  includesTitle: true,
};

/**
 * Telegram's HTML, with line breaks as in plain text. Alertmanager cuts a message at 4,096 characters, even inside a
 * tag.
 */
export const telegram: MessageFormat = {
  ...html,
  name: "telegram",
  lineBreak: "\n",
  separator: "\n",
  maxAlerts: 3,
  maxTextLength: 200,
};

export const formats: readonly MessageFormat[] = [slack, markdown, plain, html, telegram];

/** Outputs the text of an expression as one escaped line. */
export function text({ escaped, maxTextLength }: MessageFormat, expression: Expression): string {
  return escaped(singleLine(expression, maxTextLength));
}

/** Outputs a link whose URL comes from the template `monitoring.url.<target>`. */
export function linkTo({ link }: MessageFormat, target: string, label: string): string {
  return link(callTemplate(`monitoring.url.${target}`), label);
}

function entity(expression: Expression, replacement: string): Expression {
  const character = { "&amp;": "&", "&lt;": "<", "&gt;": ">" }[replacement] ?? "";
  return replaced(expression, character, replacement);
}
