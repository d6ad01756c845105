import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { readJson, writePrivate } from '../data/private-file.ts'

const Account = z.object({ email: z.string(), password: z.string() })

const DemoFile = z.object({
  url: z.string(),
  buyer: Account,
  admin: Account,
  /** Which parts are complete, so that a start goes on where a killed one stopped and never repeats what was done. */
  done: z.array(z.enum(['accounts', 'catalogue'])),
})

export type Demo = z.output<typeof DemoFile>
export type DemoPart = Demo['done'][number]

const account = (email: string): z.output<typeof Account> => ({
  email,
  password: randomBytes(12).toString('base64url'),
})

/** The demo of earlier starts with its URL brought up to date, or new accounts that are not registered yet. */
export async function openDemo(file: string, url: string): Promise<Demo> {
  const known = await readJson(file, DemoFile)
  const demo = known
    ? { ...known, url }
    : { url, buyer: account('buyer@example.com'), admin: account('admin@example.com'), done: [] }
  await saveDemo(file, demo)
  return demo
}

export const saveDemo = (file: string, demo: Demo): Promise<void> => writePrivate(file, demo)
