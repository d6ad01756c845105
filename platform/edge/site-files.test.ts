import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { siteFiles, siteFunction } from './site-files.ts'

interface Answer {
  statusCode?: number
  headers?: Record<string, { value: string }>
  body?: { data: string }
}

/** Runs the function as CloudFront does: `event` in, request or response out. */
const ask = (uri: string, accept?: string): Answer => {
  const request = { uri, headers: accept === undefined ? {} : { accept: { value: accept } } }
  return runInNewContext(`${siteFunction()}; handler(event)`, { event: { request } }) as Answer
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the site has a start page, an error page and their style, each with its type', () => {
  expect(siteFiles().map(({ key, contentType }) => [key, contentType])).toEqual([
    ['404.html', 'text/html; charset=utf-8'],
    ['index.html', 'text/html; charset=utf-8'],
    ['site.css', 'text/css; charset=utf-8'],
  ])
})

test.for(['/', '/index.html', '/site.css'])('%s goes on to the bucket', uri => {
  expect(ask(uri)).toMatchObject({ uri })
})

test.for(['/internal/users', '/health', '/docs', '/index.html/x', '//index.html', '/wp-admin'])(
  '%s is answered 404 at the edge',
  uri => {
    const problem = ask(uri)
    expect(problem.statusCode).toBe(404)
    expect(problem.headers?.['content-type']?.value).toBe('application/problem+json')
    expect(JSON.parse(problem.body?.data ?? '')).toMatchObject({ status: 404 })
  },
)

test('a person gets a page in place of a problem document', () => {
  const page = ask('/nothing', 'text/html,application/xhtml+xml')
  expect(page.statusCode).toBe(404)
  expect(page.headers?.['content-type']?.value).toBe('text/html; charset=utf-8')
  expect(page.body?.data).toContain('<h1>Not found</h1>')
})

test('a file without a content type and a page that is too long are refused', () => {
  writeFileSync(join(folder, '404.html'), 'x'.repeat(11_000))
  expect(() => siteFunction(folder)).toThrow('at most 10240: shorten the page')
  writeFileSync(join(folder, 'notes.doc'), '')
  expect(() => siteFiles(folder)).toThrow('platform/edge/site/notes.doc: allowed endings are .css')
})
