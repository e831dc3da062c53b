import { Expression, line, replaced, use } from "./go";

/** How a kind of message writes. */
export interface Format {
  /** By which templates are called: `monitoring.text.<name>`. */
  readonly name: string;
  /** What puts an expression in as text that means nothing but itself. */
  readonly escaped: (expression: Expression) => string;
  readonly bold: (text: string) => string;
  readonly link: (url: string, text: string) => string;
  /** Ends a line. */
  readonly end: string;
  /** Separates alerts. */
  readonly gap: string;
  /** How many alerts that fire, and how many that are over, it shows; it tells how many there are. */
  readonly most: number;
  /** How long a text of an alert is at most. */
  readonly longest: number;
  /** Whether the text must have the title too, for it is shown without one. */
  readonly titled: boolean;
}

/** Slack's own: https://docs.slack.dev/messaging/formatting-message-text */
export const slack: Format = {
  name: "slack",
  escaped: (expression) => `{{ ${["&amp;", "&lt;", "&gt;"].reduce(entity, expression)} }}`,
  bold: (text) => `*${text}*`,
  link: (url, text) => `<${url}|${text}>`,
  end: "\n",
  gap: "\n",
  most: 10,
  longest: 500,
  titled: false,
};

/** Markdown as Discord (4,096 characters) and Teams (which joins lines that no empty one separates) show it. */
export const markdown: Format = {
  name: "markdown",
  escaped: (expression) => `{{ ${replaced(expression, String.raw`[\\*_~\x60|\[\]()<>#]`, String.raw`\$0`)} }}`,
  bold: (text) => `**${text}**`,
  link: (url, text) => `[${text}](${url})`,
  end: "\n\n",
  gap: "",
  most: 4,
  longest: 300,
  titled: false,
};

/** Plain text, in e-mails and in PagerDuty's details. */
export const plain: Format = {
  name: "plain",
  escaped: (expression) => `{{ ${expression} }}`,
  bold: (text) => text,
  link: (url, text) => `${text}: ${url}\n`,
  end: "\n",
  gap: "\n",
  most: 50,
  longest: 900,
  titled: true,
};

/** HTML of e-mails; Alertmanager escapes texts in it by itself. */
export const html: Format = {
  name: "html",
  escaped: (expression) => `{{ ${expression} }}`,
  bold: (text) => `<b>${text}</b>`,
  link: (url, text) => `<a href="${url}">${text}</a>`,
  end: "<br>\n",
  gap: "<br>\n",
  most: 50,
  longest: 900,
  titled: true,
};

/** HTML as Telegram knows it, where lines end as in text. 4,096 characters, and Alertmanager cuts them anywhere. */
export const telegram: Format = { ...html, name: "telegram", end: "\n", gap: "\n", most: 3, longest: 200 };

export const formats: readonly Format[] = [slack, markdown, plain, html, telegram];

/** Puts in an expression's text as one line. */
export function text({ escaped, longest }: Format, expression: Expression): string {
  return escaped(line(expression, longest));
}

/** Puts in a link to what a template makes the URL of. */
export function linkTo({ link }: Format, target: string, label: string): string {
  return link(use(`monitoring.url.${target}`), label);
}

function entity(expression: Expression, replacement: string): Expression {
  const character = { "&amp;": "&", "&lt;": "<", "&gt;": ">" }[replacement] ?? "";
  return replaced(expression, character, replacement);
}
