import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Output } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf } from '../processes/process-table.ts'
import { type ServiceProcess, superviseService } from './service-process.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

let folder: string
let output: Output & { lines: string[] }
beforeEach(async () => {
  folder = await temporaryFolder()
  const log = recordingLog()
  output = {
    ...log,
    forPeople: false,
    print: log.info,
    line: (_, text) => void log.lines.push(text),
  }
})
afterEach(() => removeFolder(folder))

async function run(script: string, stopSeconds = 20): Promise<ServiceProcess> {
  const main = join(folder, 'main.mjs')
  await writeFile(main, script)
  const service = superviseService({
    name: 'demo',
    main,
    env: { WORD: 'hello' },
    stopSeconds,
    output,
    onStart: () => {},
  })
  onTestFinished(() => service.stop())
  return service
}

const says = (text: string) => holdsWithin(20_000, () => output.lines.includes(text))
const FOREVER = 'setInterval(() => {}, 1e6)'

test('a service gets the environment that it was given and nothing else, and its lines are passed on', async () => {
  await run(
    `console.log(Object.keys(process.env).filter(key => !key.startsWith('NODE_CHANNEL')).join(), process.env.WORD, process.connected); ${FOREVER}`,
  )
  expect(await says('WORD hello true')).toBe(true)
})

test('a service that ends by itself is started again, later each time, and said so', async () => {
  await run('process.exit(3)')
  expect(await says('demo ended by itself (exit code 3); starting it again in 0.5 s')).toBe(true)
  expect(await says('demo ended by itself (exit code 3); starting it again in 1 s')).toBe(true)
})

test('a service that is stopped may end in its own time, and is not started again', async () => {
  const service = await run(
    `process.once('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(0) }, 200)); console.log('up'); ${FOREVER}`,
  )
  expect(await says('up')).toBe(true)
  await service.stop()
  expect(await says('drained')).toBe(true)
  expect(output.lines.filter(line => line === 'demo starts')).toHaveLength(1)
})

test('a service that does not end in its time is killed', async () => {
  const service = await run(
    `process.on('SIGTERM', () => {}); console.log('pid', process.pid); ${FOREVER}`,
    0.3,
  )
  expect(await holdsWithin(20_000, () => output.lines.some(line => line.startsWith('pid ')))).toBe(
    true,
  )
  const pid = Number(output.lines.find(line => line.startsWith('pid '))?.slice(4))
  await service.stop()
  expect(output.lines).toContain('demo did not end within 0.3 s and was killed')
  expect(commandOf(pid)).toBeUndefined()
})

test('a service that waits for its restart can be stopped', async () => {
  const service = await run('process.exit(1)')
  expect(await says('demo ended by itself (exit code 1); starting it again in 0.5 s')).toBe(true)
  await service.stop()
  expect(output.lines.filter(line => line === 'demo starts')).toHaveLength(1)
})
