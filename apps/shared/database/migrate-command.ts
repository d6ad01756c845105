import type { AnyManifest } from '../manifest.ts'
import type { DatabaseAndEvents } from './migrate-service.ts'
import type { Command } from '../process/run.ts'
import { secretText } from '../secret-files.ts'

/**
 * `node apps/NAME/main.ts migrate`: needs `DATABASE_ADMIN_URL` beside the service's own environment, and
 * `DATABASE_ADMIN_PASSWORD` where a secret store holds the password apart from the URL; both may stand in files, named by
 * `DATABASE_ADMIN_URL_FILE` and `DATABASE_ADMIN_PASSWORD_FILE`.
 */
export const migrateCommand =
  <M extends AnyManifest>(
    folder: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Command<M> =>
  async ({ manifest, config, log }) => {
    // Loaded where it is used: whoever serves starts without it.
    const [{ migrateService }, { AdminUrl }] = await Promise.all([
      import('./migrate-service.ts'),
      import('./migrations.ts'),
    ])
    const adminUrl = AdminUrl.safeParse(secretText(env, 'DATABASE_ADMIN_URL'))
    if (!adminUrl.success)
      throw new Error(adminUrl.error.issues.map(issue => issue.message).join(', '))
    const done = await migrateService(
      {
        manifest,
        config: config as unknown as DatabaseAndEvents,
        adminUrl: withPassword(adminUrl.data, secretText(env, 'DATABASE_ADMIN_PASSWORD')),
        folder,
      },
      log,
    )
    return done.length === 0 ? 'nothing to migrate' : `migrated: ${done.join(', ')}`
  }

function withPassword(url: string, password: string | undefined): string {
  if (!password) return url
  const complete = new URL(url)
  complete.password = encodeURIComponent(password)
  return complete.href
}
