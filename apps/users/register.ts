import type { z } from 'zod'
import { AppError } from '../shared/http/errors.ts'
import type { Database, Statement } from '../shared/database/database.ts'
import { isDuplicate } from '../shared/database/database-errors.ts'
import type { Passwords } from './passwords.ts'
import { publishUser } from './publish-user.ts'
import type { UserCreate, UserView } from './schemas.ts'
import { emailKey, newUser, UserEntity } from './user.ts'
import { viewOf } from './user-view.ts'

const EMAIL_TAKEN: Statement = {
  name: 'email-taken',
  text: 'select 1 from users where email_key = $1',
}

/** @throws {AppError} 400 when the e-mail is taken, in whatever case it is written */
export async function register(
  { database, passwords }: { database: Database; passwords: Passwords },
  given: z.output<typeof UserCreate>,
): Promise<UserView> {
  const taken = await database.rows(EMAIL_TAKEN, [emailKey(given.email)])
  if (taken.length > 0) throw emailTaken()
  const user = newUser(given.email, given.full_name, await passwords.hash(given.password))
  try {
    return await database.transaction(async em => {
      const created = em.create(UserEntity, user)
      await em.flush() // a taken address fails here: the event stands last
      await publishUser(em, 'user.registered', created)
      return viewOf(created)
    })
  } catch (error) {
    if (isDuplicate(error, 'users_email_key')) throw emailTaken()
    throw error
  }
}

const emailTaken = () => new AppError('email_taken', 400, 'Email already registered')
