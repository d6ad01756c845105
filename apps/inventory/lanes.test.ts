import { expect, test } from 'vitest'
import { lanes } from './lanes.ts'

interface Run {
  tasks: readonly string[]
  finish: () => void
  fail: (error: Error) => void
}

/** Tasks are named by their keys: `ab` needs a and b; what follows a dash only tells them apart. */
function arrange(limits: { atOnce?: number; perRun?: number; waiting?: number } = {}) {
  const runs: Run[] = []
  const done: string[] = []
  const add = lanes<string, string>({
    ...{ atOnce: 2, perRun: 3, waiting: 10, ...limits },
    keysOf: task => task.split('-')[0]!.split(''),
    run: tasks =>
      new Promise((resolve, reject) => {
        const finish = () => resolve(tasks.map(task => `${task}!`))
        runs.push({ tasks, finish, fail: reject })
      }),
  })
  const send = (task: string) => {
    const result = add(task)
    void result.then(
      () => done.push(task),
      () => {},
    )
    return result
  }
  return { runs, done, send, seen: () => runs.map(({ tasks }) => tasks.join(' ')) }
}

test('tasks with different keys run at once, up to the limit', () => {
  const { send, seen } = arrange()
  for (const task of ['a', 'b', 'c']) void send(task)
  expect(seen()).toEqual(['a', 'b'])
})

test('what gathered for the same keys runs together, in order, in portions', async () => {
  const { send, seen, runs } = arrange()
  const all = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5'].map(task => send(task))
  expect(seen()).toEqual(['a-1'])
  for (const index of [0, 1, 2]) {
    runs[index]!.finish()
    await Promise.all(all.slice(0, index + 1))
    await new Promise(setImmediate)
  }
  expect(seen()).toEqual(['a-1', 'a-2 a-3 a-4', 'a-5'])
  expect(await Promise.all(all)).toEqual(['a-1!', 'a-2!', 'a-3!', 'a-4!', 'a-5!'])
})

test('nobody overtakes who waits for the same key, and who needs other keys does not wait', async () => {
  const { send, seen, runs } = arrange({ atOnce: 5 })
  const first = send('a')
  void send('ab')
  void send('b')
  void send('c')
  expect(seen()).toEqual(['a', 'c'])
  runs[0]!.finish()
  await first
  await new Promise(setImmediate)
  // `b` came after `ab` and needs nothing else, so it goes with it.
  expect(seen()).toEqual(['a', 'c', 'ab b'])
})

test('a run that fails fails for its own tasks alone, and the next goes on', async () => {
  const { send, seen, runs } = arrange()
  const first = send('a-1')
  const second = send('a-2')
  runs[0]!.fail(new Error('down'))
  await expect(first).rejects.toThrow('down')
  await new Promise(setImmediate)
  expect(seen()).toEqual(['a-1', 'a-2'])
  runs[1]!.finish()
  expect(await second).toBe('a-2!')
})

test('when too many wait the answer is 503 at once', async () => {
  const { send } = arrange({ waiting: 2 })
  for (const task of ['a-1', 'a-2', 'a-3']) void send(task)
  await expect(send('a-4')).rejects.toMatchObject({ status: 503 })
})
