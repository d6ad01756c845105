import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { SERVICE_PORT } from '../../service/ports.ts'
import type { System } from '../../system.ts'

/** Of one service behind the edge. */
const MOST_INSTANCES = 8
export const EDGE_PORT = 8080

/** A text that HAProxy takes as it is. */
const quoted = (text: string): string => `'${text}'`

/** A problem document, as services answer it. */
function problem(status: number, code: string, title: string, detail: string): string {
  const body = JSON.stringify({ type: 'about:blank', title, status, code, detail })
  return `status ${status} content-type application/problem+json string ${quoted(body)}`
}

/**
 * Paths that edge and service could read differently, as the edge of `npm start` has them: empty and dot segments, and
 * slashes, backslashes and control characters in disguise.
 */
const DISGUISED = String.raw`//|[\\#]|/(\.|%2e){1,2}(/|$)|%(2f|5c|[01][0-9a-f]|7f)|%25(2e|2f|5c)|%([^0-9a-f]|.[^0-9a-f]|.?$)`

const UNKNOWN_PATH = problem(
  ...([404, 'path_not_found', 'Not Found', 'No such path: nothing public is served here'] as const),
)
const BROKEN = problem(
  ...([502, 'bad_gateway', 'Bad Gateway', 'The service broke off without an answer'] as const),
)
const SILENT = problem(
  ...([504, 'gateway_timeout', 'Gateway Timeout', 'The service does not answer'] as const),
)
const notRunning = (name: string) =>
  problem(
    ...([503, 'unavailable', 'Service Unavailable'] as const),
    `${name} is not running at the moment; try again shortly`,
  )

/**
 * HAProxy's configuration: routes by the manifests' public routes and answers 404 to all else. It finds the instances
 * of a service by its name, and sends only to those that say on `/ready` that they can serve. Pure.
 * Source: HAProxy 3.0, configuration manual.
 */
export function edgeConfig(system: System): string {
  const services = [...system.values()].filter(({ routes }) => routes.length > 0)
  return `# Made by \`npm run render -- compose\`.
global
  log stdout format raw local0 notice

defaults
  mode http
  log global
  option forwardfor
  timeout connect 2s
  timeout client 60s
  # Longer than the pauses of an event stream.
  timeout server 60s
  timeout http-keep-alive 60s
  timeout queue 5s
  http-error ${BROKEN}
  http-error ${SILENT}

# The names of the project's network.
resolvers docker
  nameserver dns 127.0.0.11:53
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 2s

frontend edge
  bind :${EDGE_PORT}
  monitor-uri /ready
${services.map(({ name }) => `  monitor fail if { nbsrv(${name}) lt 1 }`).join('\n')}
  http-request return ${UNKNOWN_PATH} if { path -m reg -i ${quoted(DISGUISED)} }
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if { req.hdr(host) -m found }
${rules(services)
  .map(
    ({ condition, name }) =>
      `  use_backend ${anyOf(name)} if { path -m ${condition} } { nbsrv(${name}) lt 1 }\n  use_backend ${name} if { path -m ${condition} }`,
  )
  .join('\n')}
  default_backend nothing-public

backend nothing-public
  http-request return ${UNKNOWN_PATH}

${services.map(({ name }) => `${readyOnly(name)}\n\n${whateverIsThere(name)}`).join('\n\n')}
`
}

/** The longest pattern decides, as the load balancer's rule priorities do. */
const rules = (services: readonly AnyManifest[]) =>
  services
    .flatMap(({ name, routes }) => routes.map(pattern => ({ name, pattern })))
    .toSorted((a, b) => b.pattern.length - a.pattern.length)
    .map(({ name, pattern }) => ({
      name,
      condition: pattern.endsWith('*') ? `beg ${pattern.slice(0, -1)}` : `str ${pattern}`,
    }))

const anyOf = (name: string): string => `${name}-any`

const instances = (name: string, check: string): string =>
  `  server-template ${name}- ${MOST_INSTANCES} ${name}:${SERVICE_PORT} ${check}resolvers docker init-addr none`

/**
 * What was not sent is sent to another instance; a GET also when the connection broke before the answer, as nobody
 * knows whether anything else had an effect.
 */
const readyOnly = (name: string): string => `backend ${name}
  balance leastconn
  option httpchk
  http-check send meth GET uri /ready ver HTTP/1.1 hdr Host ${name}
  http-check expect status 200
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless METH_GET
  http-error ${notRunning(name)} hdr Retry-After 2
${instances(name, 'check inter 500ms fall 1 rise 1 ')}`

/**
 * Where none is ready, all are asked, as a load balancer of AWS does: without the database products still answers what
 * it has in its cache.
 */
const whateverIsThere = (name: string): string => `backend ${anyOf(name)}
  balance leastconn
  option redispatch 1
  retries 1
  http-error ${notRunning(name)} hdr Retry-After 2
${instances(name, '')}`
