import { Expression, singleLine, replaced, callTemplate } from "./go-template";

/** How a kind of message writes. */
export interface MessageFormat {
  /** By which templates are called: `monitoring.text.<name>`. */
  readonly name: string;
  /** What puts an expression in as text that means nothing but itself. */
  readonly escaped: (expression: Expression) => string;
  readonly bold: (text: string) => string;
  readonly link: (url: string, text: string) => string;
  /** Ends a line. */
  readonly lineBreak: string;
  /** Separates alerts. */
  readonly separator: string;
  /** How many alerts that fire, and how many that are over, it shows; it tells how many there are. */
  readonly maxAlerts: number;
  /** How long a text of an alert is at most. */
  readonly maxTextLength: number;
  /** Whether the text must have the title too, for it is shown without one. */
  readonly includesTitle: boolean;
}

/** Slack's own: https://docs.slack.dev/messaging/formatting-message-text */
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

/** Markdown as Discord (4,096 characters) and Teams (which joins lines that no empty one separates) show it. */
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

/** Plain text, in e-mails and in PagerDuty's details. */
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

/** HTML of e-mails; Alertmanager escapes texts in it by itself. */
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

/** HTML as Telegram knows it, where lines end as in text. 4,096 characters, and Alertmanager cuts them anywhere. */
export const telegram: MessageFormat = {
  ...html,
  name: "telegram",
  lineBreak: "\n",
  separator: "\n",
  maxAlerts: 3,
  maxTextLength: 200,
};

export const formats: readonly MessageFormat[] = [slack, markdown, plain, html, telegram];

/** Puts in an expression's text as one line. */
export function text({ escaped, maxTextLength }: MessageFormat, expression: Expression): string {
  return escaped(singleLine(expression, maxTextLength));
}

/** Puts in a link to what a template makes the URL of. */
export function linkTo({ link }: MessageFormat, target: string, label: string): string {
  return link(callTemplate(`monitoring.url.${target}`), label);
}

function entity(expression: Expression, replacement: string): Expression {
  const character = { "&amp;": "&", "&lt;": "<", "&gt;": ">" }[replacement] ?? "";
  return replaced(expression, character, replacement);
}
