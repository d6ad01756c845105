import type { Output } from './log.ts'
import type { RunningPlatform } from './platform.ts'

/** What to do with the running shop. Passwords are shown to people only: a log that is kept refers to the file. */
export function announce(platform: RunningPlatform, demoFile: string, output: Output): void {
  if (output.forPeople) return output.print(bannerOf(platform))
  const { url, services, demo } = platform
  output.info('ready', {
    url,
    docs: `${url}/docs`,
    services: Object.fromEntries(services.map(service => [service.name, service.url])),
    ...(demo && { accounts: demoFile }),
    try: curlLine(platform),
    stop: `kill ${process.pid}`,
  })
}

export function bannerOf(platform: RunningPlatform): string {
  const { url, services, demo } = platform
  const rows: [string, string][] = [
    ['Shop API', url],
    ['Docs', `${url}/docs`],
    ...services.map(({ name, url: direct }): [string, string] => [name, `${direct} (direct)`]),
  ]
  if (demo)
    for (const role of ['buyer', 'admin'] as const)
      rows.push([`${role} account`, `${demo[role].email}  ${demo[role].password}`])
  rows.push(['Try', curlLine(platform)], ['Stop', 'Ctrl-C'])
  const lines = rows.map(([label, value]) => `  ${label.padEnd(15)}${value}`)
  return ['', ...lines, ''].join('\n')
}

function curlLine({ url, services, demo }: RunningPlatform): string {
  if (services.some(({ name }) => name === 'products'))
    return `curl '${url}/products?search=lamp&limit=3'`
  if (demo) return `curl ${url}/.well-known/jwks.json`
  return `curl ${url}/openapi.json`
}
