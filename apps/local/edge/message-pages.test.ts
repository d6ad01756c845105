import { chmod, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MessageFile, writeMessageFile } from '../../shared/message-file.ts'
import { testEdge, type TestEdge } from '../testing/test-edge.ts'

let edge: TestEdge

beforeAll(async () => {
  edge = await testEdge()
})
afterAll(() => edge?.close())

const message = (id: string, at: string, change: Partial<MessageFile> = {}): MessageFile => ({
  ...{ id, at, channel: 'email', to: 'ada@example.com', subject: `About ${id}` },
  ...{ text: `Text of ${id}`, html: `<p>Mail ${id}</p>` },
  ...change,
})
const list = async () => JSON.parse((await edge.send('/dev/messages')).body) as MessageFile[]

test('before the first message there is an empty list', async () => {
  expect(await list()).toEqual([])
  const page = await edge.send('/dev/messages', { headers: { Accept: 'text/html' } })
  expect(page.body).toContain('None yet')
})

test('messages are listed newest first, a message written twice is one, other files are left alone', async () => {
  const older = message('older', '2026-01-01T10:00:00.000Z')
  const newer = message('newer', '2026-01-01T10:00:01.000Z', { channel: 'sms', html: '' })
  for (const each of [newer, older, older]) await writeMessageFile(edge.mailDir, each)
  await writeFile(join(edge.mailDir, 'x.json'), '{}')
  await writeFile(join(edge.mailDir, 'y.json'), 'no JSON')
  expect(await list()).toEqual([newer, older])
  const [name = ''] = await readdir(edge.mailDir)
  expect((await stat(join(edge.mailDir, name))).mode & 0o777).toBe(0o600)
})

test('a browser gets a page, on which nothing of a message is markup', async () => {
  const hostile = {
    subject: '<script>alert(1)</script>',
    text: '</pre><img src=x onerror=alert(1)>',
  }
  await writeMessageFile(edge.mailDir, message('hostile', '2026-01-02T10:00:00.000Z', hostile))
  const page = await edge.send('/dev/messages', { headers: { Accept: 'text/html,*/*' } })
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.body).not.toMatch(/<script|<img/)
  expect(page.body).toContain('&lt;script&gt;')
})

test('a mail is shown as it looks, where it can run and load nothing', async () => {
  await writeMessageFile(edge.mailDir, message('shown', '2026-01-03T10:00:00.000Z'))
  const page = await edge.send('/dev/messages/shown')
  expect(page).toMatchObject({ status: 200, body: '<p>Mail shown</p>' })
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox/)
  for (const path of ['/dev/messages/newer', '/dev/messages/nobody', '/dev/other'])
    expect((await edge.send(path)).status).toBe(404)
})

test.runIf(process.getuid?.() !== 0)(
  'a folder that can not be read is an error, not empty',
  async () => {
    await chmod(edge.mailDir, 0)
    expect((await edge.send('/dev/messages')).status).toBe(500)
    await chmod(edge.mailDir, 0o700)
  },
)
