import { compare, getRounds, hash } from 'bcryptjs'

interface Hashing {
  password: string
  cost: number
}

interface Comparing extends Hashing {
  hashed: string
}

// bcryptjs blocks its thread for 240 ms at cost 12, which is why it has threads of its own (passwords.ts).
export const hashPassword = ({ password, cost }: Hashing): Promise<string> => hash(password, cost)

/** Takes the work of a hash of `cost`, also where the hash is an older and cheaper one: time tells nothing about it. */
export async function comparePassword({ password, hashed, cost }: Comparing): Promise<boolean> {
  const matched = await compare(password, hashed)
  for (const missing of costsToMakeUp(getRounds(hashed), cost)) await hash(password, missing)
  return matched
}

/** Each step of cost doubles the work: a hash of cost 10, one more of 10 and one of 11 are the work of one of 12. */
export const costsToMakeUp = (own: number, usual: number): number[] =>
  Array.from({ length: Math.max(0, usual - own) }, (_, step) => own + step)
