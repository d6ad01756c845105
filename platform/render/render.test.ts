import { expect, test } from 'vitest'
import { render } from './render.ts'

async function rendered(...argv: string[]) {
  const printed: string[] = []
  const complained: string[] = []
  const code = await render({
    argv,
    root: '/nowhere',
    loadSystem: async () => new Map(),
    print: text => void printed.push(text),
    complain: text => void complained.push(text),
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

test.for([
  [[], 'Say what to render for. There is: '],
  [['nomad'], 'There is no target "nomad". There is: '],
] as const)('%j is refused with what there is', async ([argv, message]) => {
  const { code, complained } = await rendered(...argv)
  expect(code).toBe(2)
  expect(complained).toContain(message)
  expect(complained).toContain('usage: npm run render -- TARGET')
})

test('--help prints how it is called', async () => {
  expect(await rendered('--help')).toMatchObject({
    code: 0,
    printed: expect.stringContaining('usage: npm run render -- TARGET'),
    complained: '',
  })
})
