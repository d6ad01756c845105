import type { ServiceStatus, StackStatus } from './stack-status.ts'

/** What needs somebody; plain where nobody sees colours. */
export type Paint = (text: string) => string

interface Cell {
  text: string
  wrong?: boolean
}

const HEADS = [
  'service',
  'version',
  'tasks',
  'last deployment',
  'waiting',
  'oldest',
  'dead',
  'alarms',
]
/** Columns of numbers. */
const RIGHT = new Set(['tasks', 'waiting', 'oldest', 'dead'])

/** A stack on one screen, as lines. Pure. */
export function screenOf(status: StackStatus, wrong: Paint): string[] {
  const { cluster, region, at, services, alarmed, alarms } = status
  const rows = services.map(service => cellsOf(service, status))
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...rows.map(row => row[column]?.text.length ?? 0)),
  )
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, wrong: isWrong }, column) => {
        const width = widths[column] ?? 0
        const padded = RIGHT.has(HEADS[column] ?? '') ? text.padStart(width) : text.padEnd(width)
        return isWrong ? wrong(padded) : padded
      })
      .join('  ')
      .trimEnd()
  return [
    `${cluster} in ${region}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    line(HEADS.map(text => ({ text }))),
    ...rows.map(line),
    '',
    `${alarmed.length} of ${alarms} alarms have gone off`,
    ...alarmed.map(
      ({ name, since, reason }) => `  ${wrong(name)}  ${since ? ago(since, at) : ''}  ${reason}`,
    ),
  ]
}

function cellsOf(
  { name, version, desired, running, deployment, queue }: ServiceStatus,
  { alarmed, at, cluster }: StackStatus,
): Cell[] {
  const alarms = alarmed
    .filter(({ service }) => service === name)
    .map(alarm => alarm.name.replace(`${cluster}-${name}-`, ''))
  const said = deployment && (STATUSES[deployment.status] ?? deployment.status)
  return [
    { text: name },
    version === undefined ? { text: 'NOT THERE', wrong: true } : { text: version },
    { text: `${running}/${desired}`, wrong: running < desired },
    {
      text: deployment ? `${said} ${ago(deployment.at, at)}` : '-',
      wrong: deployment !== undefined && !FINE.has(deployment.status),
    },
    { text: queue ? `${queue.waiting}` : '-' },
    { text: queue ? duration(queue.oldestSeconds) : '-' },
    { text: queue ? `${queue.dead}` : '-', wrong: (queue?.dead ?? 0) > 0 },
    { text: alarms.join(', ') || '-', wrong: alarms.length > 0 },
  ]
}

const STATUSES: Readonly<Record<string, string>> = {
  PENDING: 'begun',
  IN_PROGRESS: 'begun',
  SUCCESSFUL: 'done',
  STOP_REQUESTED: 'STOPPING, begun',
  STOPPED: 'STOPPED',
  ROLLBACK_REQUESTED: 'GOING BACK, begun',
  ROLLBACK_IN_PROGRESS: 'GOING BACK, begun',
  ROLLBACK_SUCCESSFUL: 'ROLLED BACK',
  ROLLBACK_FAILED: 'ROLLBACK FAILED',
}
const FINE = new Set(['PENDING', 'IN_PROGRESS', 'SUCCESSFUL'])

const ago = (then: Date, now: Date): string =>
  `${duration(Math.max(0, (now.getTime() - then.getTime()) / 1000))} ago`

/** In the largest unit that there is one of: `40 s`, `3 min`, `5 h`, `12 d`. */
function duration(seconds: number): string {
  for (const [unit, size] of UNITS)
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`
  return `${Math.floor(seconds)} s`
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const
