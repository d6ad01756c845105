import { z } from 'zod'
import { authentication } from '../auth/auth.ts'
import { AppError, notFound } from '../http/errors.ts'
import { service } from '../http/http.ts'
import { defineService } from '../manifest.ts'
import { describe } from '../http/openapi.ts'
import type { Kit } from '../process/run.ts'
import { remoteKeys, tokenVerifier } from '../auth/tokens.ts'
import { answers, answersNothing, body, params, query } from '../http/validation.ts'

export const fixture = defineService({
  name: 'fixture',
  description: 'Every part of the kit that answers requests',
  routes: ['/notes', '/notes/*'],
  needs: { tokens: true },
})

const NoteId = z.object({ note_id: z.uuid() })
const NewNote = z
  .object({
    title: z
      .string()
      .min(1)
      .max(20)
      .meta({ examples: ['Milk'] }),
    password: z.string().min(12).optional(),
    owner: z.object({ name: z.string() }).optional(),
    tags: z.array(z.string().max(5)).max(3).default([]),
  })
  .meta({ id: 'NewNote' })
const Note = NewNote.omit({ password: true }).extend({ id: z.uuid() }).meta({ id: 'Note' })
const Filter = z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) })

export const NOTE_ID = '0198f3a0-0000-7000-8000-000000000001'

/** A service that stores nothing: it answers with what it was sent. */
// oxlint-disable-next-line typescript/require-await -- a service's start is asynchronous
export async function startFixture({ config, log }: Kit<typeof fixture>) {
  const auth = authentication(
    tokenVerifier(remoteKeys(config.tokens.jwksUrl), config.runtime.publicUrl),
  )
  return service(log, config.runtime.corsOrigins)
    .get('/notes', describe('List notes'), query(Filter), answers(200, z.array(Note)), c =>
      c.var.answer([{ id: NOTE_ID, title: `limit ${c.req.valid('query').limit}`, tags: [] }]),
    )
    .post('/notes', describe('Write a note'), body(NewNote), answers(201, Note), c =>
      c.var.answer({ ...c.req.valid('json'), id: NOTE_ID }),
    )
    .get(
      '/notes/:note_id',
      describe('Read a note', { 404: 'Note not found' }),
      params(NoteId),
      answers(200, Note),
      () => {
        throw notFound('Note')
      },
    )
    .delete(
      '/notes/:note_id',
      describe('Delete a note (admin)'),
      auth.requireRole('admin'),
      params(NoteId),
      answersNothing(),
      c => c.var.done(),
    )
    .get('/me', describe('Who I am'), auth.requireUser(), c => c.json(c.var.caller))
    .get('/maybe', describe('Who I am, if anybody'), auth.optionalUser(), async c =>
      c.json({ caller: (await auth.callerIfAny(c)) ?? null }),
    )
    .get('/fails', describe('Has a bug'), () => {
      throw new Error('the password of the database is hunter2')
    })
    .get('/busy', describe('Has a slow dependency'), () => {
      throw new AppError('unavailable', 503, 'The clock is slow', {
        headers: { 'Retry-After': '7' },
      })
    })
}
