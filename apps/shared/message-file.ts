import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** A message that a laptop writes down where AWS sends it. */
const MessageFile = z.object({
  /** Names the file, too: the same message written again is still one. */
  id: z.string().regex(/^[\w.-]+$/),
  at: z.iso.datetime(),
  channel: z.enum(['email', 'sms', 'push']),
  to: z.string(),
  /** Empty for text messages. */
  subject: z.string(),
  text: z.string(),
  /** Empty for all but mail. */
  html: z.string(),
})

export type MessageFile = z.output<typeof MessageFile>

const ENDING = '.json'

/** Appears whole or not at all, for its owner alone: it may hold the token of a password reset. */
export async function writeMessageFile(folder: string, message: MessageFile): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const unfinished = join(folder, `.${randomUUID()}`)
  try {
    await writeFile(unfinished, `${JSON.stringify(message, undefined, 2)}\n`, { mode: 0o600 })
    await rename(unfinished, join(folder, fileName(message)))
  } catch (error) {
    await rm(unfinished, { force: true }) // a full disk would get fuller with each try
    throw error
  }
}

/** The newest first. A file that is no message is left out. */
export async function readMessageFiles(folder: string, limit: number): Promise<MessageFile[]> {
  const names = await readdir(folder).catch(nothingThere)
  const newest = names
    .filter(name => name.endsWith(ENDING))
    .toSorted()
    .toReversed()
    .slice(0, limit)
  const read = await Promise.all(newest.map(name => readMessage(join(folder, name))))
  return read.filter(message => message !== undefined)
}

async function readMessage(file: string): Promise<MessageFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return MessageFile.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // not ours, or deleted meanwhile
  }
}

/** In the order of time. */
const fileName = ({ at, id }: MessageFile): string => `${at.replaceAll(':', '-')}_${id}${ENDING}`

function nothingThere(error: unknown): [] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
