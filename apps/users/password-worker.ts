import { compare, hash } from 'bcryptjs'

// bcryptjs blocks its thread for 240 ms at cost 12, which is why it has threads of its own (passwords.ts).
export const hashPassword = ({
  password,
  cost,
}: {
  password: string
  cost: number
}): Promise<string> => hash(password, cost)

export const comparePassword = (given: { password: string; hashed: string }): Promise<boolean> =>
  compare(given.password, given.hashed)
