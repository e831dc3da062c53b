/**
 * Whether a text has only visible characters and spaces. Other characters are mistakes, and some end a line in YAML.
 */
export function isPrintable(text: string): boolean {
  return !/[\p{Control}\p{Format}\p{Surrogate}\p{Unassigned}\p{Line_Separator}\p{Paragraph_Separator}]/u.test(text);
}
