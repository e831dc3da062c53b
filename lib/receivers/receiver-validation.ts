import {
  EmailReceiverProps,
  NtfyReceiverProps,
  PagerDutyReceiverProps,
  SlackReceiverProps,
  TelegramReceiverProps,
  WebhookReceiverProps,
} from "./receiver-props";
import { isPrintable } from "./printable";

/** The receiver of what goes nowhere. */
export const NULL_RECEIVER = "nobody";

/** The first problem with a receiver's name, or undefined. It begins the names of its secrets' files. */
export function receiverNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name))
    return `cannot be a receiver's name: use letters, digits, "_" and "-", at most 63`;
  return name === NULL_RECEIVER ? "this name is reserved for what is sent nowhere: choose another" : undefined;
}

export function slackProblem({ channel }: SlackReceiverProps): string | undefined {
  if (channel === undefined || /^[#@]?[\p{Letter}\p{Mark}\p{Number}._-]{1,80}$/u.test(channel)) return undefined;
  return `the channel "${channel}" is none such as "#alerts"`;
}

export function emailProblem({ smarthost, from, to, login, requireTls }: EmailReceiverProps): string | undefined {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(\d{1,5})$/.exec(smarthost) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65535)
    return `the smarthost "${smarthost}" is not "host:port", such as "smtp.example.com:587"`;
  if (to.length === 0) return "it has no address in to";
  const malformed = [from, ...to].find((address) => !isAddress(address));
  if (malformed !== undefined) return `"${malformed}" is not an e-mail address such as "ops@example.com"`;
  if (login?.user === "") return "its login has no user";
  if (login !== undefined && !isPrintable(login.user))
    return "the user of its login holds characters that cannot be seen";
  if (login !== undefined && requireTls === false && port !== "465")
    return "a password is not sent without TLS: leave requireTls out, or the login";
  return undefined;
}

export function pagerDutyProblem({ url }: PagerDutyReceiverProps): string | undefined {
  return url === undefined ? undefined : urlProblem("url", url);
}

export function telegramProblem({ chatId, topic, apiUrl }: TelegramReceiverProps): string | undefined {
  if (!Number.isSafeInteger(chatId) || chatId === 0)
    return `the chat "${chatId}" is not a number such as 123456789, or -1001234567890 for a group`;
  if (topic !== undefined && !isCount(topic)) return `the topic "${topic}" is not a number above 0`;
  return apiUrl === undefined ? undefined : urlProblem("apiUrl", apiUrl);
}

export function ntfyProblem({ priority }: NtfyReceiverProps): string | undefined {
  if (priority === undefined || (isCount(priority) && priority <= 5)) return undefined;
  return `the priority "${priority}" is not one of 1 (silent) to 5 (rings on)`;
}

export function webhookProblem({ maxAlerts }: WebhookReceiverProps): string | undefined {
  if (maxAlerts === undefined || isCount(maxAlerts)) return undefined;
  return `maxAlerts "${maxAlerts}" is not a number above 0`;
}

function urlProblem(name: string, url: string): string | undefined {
  if (/^https?:\/\/[!-z|~]+$/.test(url) && URL.canParse(url)) return undefined;
  return `its ${name} "${url}" is not a URL such as "https://example.com/"`;
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
