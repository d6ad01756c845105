import { z } from 'zod'
import { defineService } from '../manifest.ts'

export const processFixture = defineService({
  name: 'fixture',
  description: 'For what only a process can show',
  routes: ['/fast', '/slow/*'],
  settings: {
    startFails: z.stringbool().default(false),
    startMs: z.coerce.number().default(0),
    closing: z.enum(['works', 'fails', 'hangs']).default('works'),
  },
  secrets: { key: z.string().min(8).default('not needed') },
  stopSeconds: 3,
})
