import {
  EmailReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
} from "./receiver-props";
import { isPrintable } from "../printable";

/** Name of the receiver that notifies nobody. */
export const NULL_RECEIVER = "nobody";

/** Returns the first problem with a receiver's name, or undefined. The name is a prefix of file names. */
export function receiverNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name))
    return 'the name is invalid: use up to 63 letters, digits, "_" and "-", beginning with a letter or digit';
  return name === NULL_RECEIVER ? "the name is reserved for alerts that notify nobody: choose another one" : undefined;
}

export function slackProblem({ channel }: SlackReceiverProps): string | undefined {
  if (channel === undefined || /^[#@]?[\p{Letter}\p{Mark}\p{Number}._-]{1,80}$/u.test(channel)) return undefined;
  return `the channel "${channel}" is invalid: use a name such as "#alerts"`;
}

export function emailProblem({ smarthost, from, to, login, requireTls }: EmailReceiverProps): string | undefined {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(\d{1,5})$/.exec(smarthost) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65535)
    return `the smarthost "${smarthost}" is not "host:port": use a value such as "smtp.example.com:587"`;
  if (to.length === 0) return "to is empty: add at least one address";
  const malformed = [from, ...to].find((address) => !isAddress(address));
  if (malformed !== undefined) return `"${malformed}" is not an e-mail address: use one such as "ops@example.com"`;
  if (login?.user === "") return "login.user is empty: set the user name";
  if (login !== undefined && !isPrintable(login.user)) return "login.user contains invisible characters: remove them";
  if (login !== undefined && requireTls === false && port !== "465")
    return "requireTls: false would send the password unencrypted: remove requireTls or login";
  return undefined;
}

export function pagerDutyProblem({ url }: PagerDutyReceiverProps): string | undefined {
  return url === undefined ? undefined : urlProblem("url", url);
}

export function telegramProblem({ chatId, topic, apiUrl }: TelegramReceiverProps): string | undefined {
  if (!Number.isSafeInteger(chatId) || chatId === 0)
    return `chatId ${chatId} is not an id: use a number such as 123456789, or -1001234567890 for a group`;
  if (topic !== undefined && !isCount(topic)) return `topic ${topic} is not an integer greater than 0`;
  return apiUrl === undefined ? undefined : urlProblem("apiUrl", apiUrl);
}

export function ntfyProblem({ priority }: NtfyReceiverProps): string | undefined {
  if (priority === undefined || (isCount(priority) && priority <= 5)) return undefined;
  return `priority ${priority} is out of range: use 1 (silent) to 5 (most urgent)`;
}

export function webhookProblem({ maxAlerts }: WebhookReceiverProps): string | undefined {
  if (maxAlerts === undefined || isCount(maxAlerts)) return undefined;
  return `maxAlerts ${maxAlerts} is not an integer greater than 0`;
}

function urlProblem(name: string, url: string): string | undefined {
  if (/^https?:\/\/[!-z|~]+$/.test(url) && URL.canParse(url)) return undefined;
  return `${name} "${url}" is not a URL: use one such as "https://example.com/"`;
}

function isAddress(text: string): boolean {
  return (
    /^[A-Za-z0-9.!#$%&'*+/=?^_`|~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) &&
    !/(^\.|\.\.|\.@)/.test(text)
  );
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= 2_147_483_647;
}
