/** Control characters, line ends, and characters that reorder or hide what stands around them. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu

/**
 * Somebody else's text as part of one line: no line end can begin a header or a paragraph of its own.
 * @param max characters; what is longer ends with …
 */
export function oneLine(text: string, max = 120): string {
  const line = text.replaceAll(UNSEEN, ' ').replaceAll(/\s+/gu, ' ').trim()
  const characters = Array.from(line)
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line
}

const GREETED_MAX = 60

/**
 * The name to greet somebody by, or none: whoever registers a stranger's address chooses the name that our mail to the
 * stranger begins with, and must not advertise by it.
 */
export function greetedName(fullName: string): string | undefined {
  const name = oneLine(fullName, 500)
  const advertises = /[/\\@<>{}[\]|=:;!?#%*$€£\d]|www\.|\.\p{L}{2}/iu.test(name)
  return name === '' || name.length > GREETED_MAX || advertises ? undefined : name
}

/** Cents are hundredths of every currency here. */
export const money = (cents: number, currency: string): string =>
  `${new Intl.NumberFormat('en-US', { minimumFractionDigits: 2 }).format(cents / 100)} ${currency}`

/** `25 November, 14:30 UTC` */
export const utcTime = (iso: string): string =>
  `${new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' },
    hour12: false,
  })
    .format(new Date(iso))
    .replace(' at ', ', ')} UTC`
