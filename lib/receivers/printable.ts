/**
 * Whether a text has only characters that can be seen, and spaces. Others are hardly meant, and YAML ends lines at some of
 * them.
 */
export function isPrintable(text: string): boolean {
  return !/[\p{Control}\p{Format}\p{Surrogate}\p{Unassigned}\p{Line_Separator}\p{Paragraph_Separator}]/u.test(text);
}
