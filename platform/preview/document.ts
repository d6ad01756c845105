import { readFileSync } from 'node:fs'
import { isWire } from './sdk.ts'
import { VERSION, type PreviewDocument } from './stack-preview.ts'

/** A file that no preview can be read from; the message says what to do. */
export class DocumentError extends Error {}

/**
 * Reads what `--json` wrote.
 * @throws DocumentError for a file that is not there, holds no preview, or one of another version
 */
export function readDocument(file: string): PreviewDocument {
  const parsed = parse(file)
  if (!isWire(parsed) || !('version' in parsed))
    throw new DocumentError(`${file} holds no preview; write one with --json ${file}`)
  if (parsed['version'] !== VERSION)
    throw new DocumentError(
      `${file} has version ${JSON.stringify(parsed['version'])} and only ${VERSION} can be read; write it anew with --json`,
    )
  // One stack by itself, as recordStack gives it, is a document too.
  const stacks = Array.isArray(parsed['stacks']) ? parsed['stacks'] : [parsed]
  if (stacks.some(stack => !isWire(stack) || !Array.isArray(stack['resources'])))
    throw new DocumentError(`${file} holds no preview; write one with --json ${file}`)
  return { version: VERSION, stacks: stacks as PreviewDocument['stacks'] }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DocumentError(`${file} is not JSON: ${error.message}`, { cause: error })
    if (error instanceof Error && 'code' in error)
      throw new DocumentError(
        `cannot read ${file} (${error.message}); write it with --json ${file}`,
        {
          cause: error,
        },
      )
    throw error
  }
}
