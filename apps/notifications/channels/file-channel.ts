import { createHash } from 'node:crypto'
import { type MessageFile, writeMessageFile } from '../../shared/message-file.ts'
import type { MessageChannel } from './channel.ts'

/** Writes messages down in place of sending them. The same message twice is one file. */
export const fileChannel = (folder: string, channel: MessageFile['channel']): MessageChannel => ({
  send: async ({ key, at, to, subject, text, html }) => {
    const id = createHash('sha256').update(key).digest('base64url').slice(0, 22)
    await writeMessageFile(folder, { id, at, channel, to, subject, text, html })
    return { providerId: id }
  },
})
