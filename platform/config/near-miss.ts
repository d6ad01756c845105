import { closestMatch } from 'leven'

/** What to say of a name that is none: the one that was probably meant, or all that there are. */
export function nearMiss(given: string, known: readonly string[]): string {
  const maxDistance = Math.max(2, Math.floor(given.length / 3)) + 1
  const near = closestMatch(given, known, { maxDistance })
  return near === undefined
    ? `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`
    : `did you mean ${near}?`
}
