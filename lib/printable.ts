/**
 * Whether a text has only visible characters and spaces. Other characters are probably mistakes, and some of them are
 * line breaks in YAML.
 */
export function isPrintable(text: string): boolean {
  return !/[\p{Control}\p{Format}\p{Surrogate}\p{Unassigned}\p{Line_Separator}\p{Paragraph_Separator}]/u.test(text);
}
