import type { Waiver } from '../waiver.ts'

const OWNER = 'platform'
/** Looked at again once a year. */
export const YEARLY = '2027-11-30'
/** Looked at again before anybody outside sells on it. */
export const BEFORE_LAUNCH = '2027-05-31'

/** Waivers of one reason and ticket, for several controls. */
export const because = (
  given: Pick<Waiver, 'resource' | 'stack' | 'reason' | 'expires' | 'ticket'>,
  ...controls: string[]
): Waiver[] => controls.map(control => ({ ...given, control, owner: OWNER }))

/** Both committed stacks. */
export const HERE = ['dev', 'prod']
