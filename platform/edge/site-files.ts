import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'site')
/** The page for paths that nobody serves. */
const ERROR_PAGE = '404.html'
/** CloudFront's limit for the code of a function. */
const MAX_FUNCTION_BYTES = 10 * 1024

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
}

export interface SiteFile {
  /** Key in the bucket and path without its slash. */
  readonly key: string
  /** Absolute path on this machine. */
  readonly path: string
  readonly contentType: string
}

/**
 * The files of `platform/edge/site`, which is flat.
 * @throws Error for a file whose ending has no content type here
 */
export function siteFiles(folder = FOLDER): SiteFile[] {
  return readdirSync(folder)
    .sort()
    .map(key => {
      const contentType = CONTENT_TYPES[extname(key)]
      if (contentType === undefined)
        throw new Error(
          `platform/edge/site/${key}: allowed endings are ${Object.keys(CONTENT_TYPES).join(', ')}; rename the file or add its content type in platform/edge/site-files.ts`,
        )
      return { key, path: join(folder, key), contentType }
    })
}

/**
 * Code of the CloudFront function before the bucket: what is no file of the site is answered at the edge, 404 as a page
 * for people and as a problem document for programs. Error pages of the distribution can't do this, they would replace
 * the services' own 403 and 404 answers as well.
 * @throws Error when site and error page do not fit a function
 */
export function siteFunction(folder = FOLDER): string {
  const paths = siteFiles(folder).map(({ key }) => `/${key}`)
  const page = readFileSync(join(folder, ERROR_PAGE), 'utf8')
  const problem = {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'path_not_found',
    detail: 'No such path: nothing public is served here',
  }
  const code = `var paths = ${JSON.stringify(paths)}
var page = ${JSON.stringify(page)}
var problem = ${JSON.stringify(JSON.stringify(problem))}
function handler(event) {
  var request = event.request
  if (request.uri === '/' || paths.indexOf(request.uri) >= 0) return request
  var accept = request.headers.accept ? request.headers.accept.value : ''
  var html = accept.indexOf('text/html') >= 0
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: html ? 'text/html; charset=utf-8' : 'application/problem+json' },
      'cache-control': { value: 'no-store' }
    },
    body: { encoding: 'text', data: html ? page : problem }
  }
}
`
  const bytes = Buffer.byteLength(code)
  if (bytes > MAX_FUNCTION_BYTES)
    throw new Error(
      `platform/edge/site: its ${paths.length} paths and ${ERROR_PAGE} make a CloudFront function of ${bytes} bytes; at most ${MAX_FUNCTION_BYTES}: shorten the page`,
    )
  return code
}
