/** In a code span neither markdown nor HTML, mentions or references mean anything. */
const MAX_LENGTH = 200

/**
 * Text that somebody else wrote, as a code span: it can't end the span, its line or its table, and mentions nobody.
 * @param max characters that stay
 */
export function code(text: string, max = MAX_LENGTH): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    // Marks that turn the direction of text, and other characters that nobody sees.
    .replaceAll(/\p{Cf}/gu, '\u{FFFD}')
    .trim()
  const short = line.length > max ? `${line.slice(0, max).toWellFormed()}…` : line
  if (short === '') return '`""`'
  const runs = [...short.matchAll(/`+/g)].map(([run]) => run.length)
  const fence = '`'.repeat(Math.max(0, ...runs) + 1)
  const space = runs.length > 0 ? ' ' : ''
  return `${fence}${space}${short}${space}${fence}`
}

/** The same in a cell of a table, where a bar would end the cell even inside of code. */
export const cell = (text: string): string => code(text, 60).replaceAll('|', String.raw`\|`)

/** The same inside of `<summary>`, where markdown is not read. */
export const html = (text: string): string => {
  const plain = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_LENGTH)
  const escaped = plain.replaceAll(/[&<>"'`@#]/g, char => `&#${char.charCodeAt(0)};`)
  return `<code>${escaped.toWellFormed()}</code>`
}
