import { open, readFile, rename } from 'node:fs/promises'
import type { z } from 'zod'
import { errorCode, folderError, StartError } from '../start-error.ts'

/** Writes JSON that only its owner may read. A crash leaves the old content or the new. */
export async function writePrivate(file: string, content: object): Promise<void> {
  const unfinished = `${file}.new`
  try {
    const handle = await open(unfinished, 'w', 0o600)
    try {
      await handle.chmod(0o600) // of an older file, too
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(unfinished, file)
  } catch (error) {
    throw folderError(error, file)
  }
}

/** `undefined` when the file is not there. @throws {StartError} when it is not what we wrote */
export async function readJson<T>(file: string, shape: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw folderError(error, file)
  })
  if (text === undefined) return undefined
  try {
    return shape.parse(JSON.parse(text))
  } catch (error) {
    throw new StartError(
      'folder_unusable',
      `${file} can't be read: it is not the JSON that npm start wrote.`,
      'Restore it, or begin anew: npm start -- --fresh',
      error,
    )
  }
}
