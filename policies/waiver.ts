/** A finding that is meant to be, and who answers for it. */
export interface Waiver {
  /** Id of the control. */
  control: string
  /** Name of the resource; `*` stands for any characters. */
  resource: string
  /** Names of stacks; `*` stands for any characters. */
  stack: string | readonly string[]
  /** Why this is right, for an auditor to read. */
  reason: string
  /** Who is asked about it. */
  owner: string
  /** Last day on which it holds, such as 2027-06-30. */
  expires: string
  /** Where it was agreed. */
  ticket: string
}

/** Whether a waiver speaks of this control, resource and stack; expired or not. */
export const covers = (
  waiver: Waiver,
  { control, resource, stack }: { control: string; resource: string; stack: string },
): boolean =>
  waiver.control === control &&
  matches(waiver.resource, resource) &&
  [waiver.stack].flat().some(pattern => matches(pattern, stack))

/** @param today such as 2026-12-31 */
export const isExpired = ({ expires }: Waiver, today: string): boolean => expires < today

/** Through the end of its day, wherever that is. */
export const todayOf = (date: Date): string => date.toISOString().slice(0, 10)

function matches(pattern: string, text: string): boolean {
  const literal = pattern
    .split('*')
    .map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${literal.join('.*')}$`).test(text)
}

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const LEAST_REASON_CHARACTERS = 30

/** What is wrong with how a waiver is written, whatever it waives. */
export function problemsOf(waiver: Waiver, controls: ReadonlySet<string>): string[] {
  const { control, resource, reason, owner, expires, ticket } = waiver
  const name = `waiver of ${control} for "${resource}"`
  return [
    ...(controls.has(control) ? [] : [`${name}: there is no control ${control}`]),
    ...(reason.trim().length >= LEAST_REASON_CHARACTERS
      ? []
      : [`${name}: the reason "${reason}" is too short for an auditor; say why it is right`]),
    ...(owner.trim() === '' ? [`${name}: nobody owns it; name who is asked about it`] : []),
    ...(ticket.trim() === '' ? [`${name}: no ticket; say where it was agreed`] : []),
    ...(DAY.test(expires) ? [] : [`${name}: expires "${expires}" is no day such as 2027-06-30`]),
  ]
}
