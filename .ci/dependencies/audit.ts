import { z } from 'zod'
import { UnreachableError } from '../command-line.ts'

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/** A known vulnerability that does not concern us, until a day. */
export const Exceptions = z.strictObject({
  exceptions: z.array(
    z.strictObject({
      /** `GHSA-xxxx-xxxx-xxxx` */
      advisory: z.string().regex(/^GHSA(?:-[\da-z]{4}){3}$/),
      reason: z.string().min(20, 'say why it does not concern us'),
      owner: z.string().min(1),
      expires: z.string().regex(DAY, 'must be a day such as 2027-06-30'),
    }),
  ),
})

/** What `npm audit --json` writes, as far as it is read: version 2 of its report. */
const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      name: z.string(),
      // A name stands for the advisories of that package.
      via: z.array(
        z.union([
          z.string(),
          z.object({ title: z.string(), url: z.string(), severity: z.string(), range: z.string() }),
        ]),
      ),
    }),
  ),
})

/** Worse ones stop a pull request. */
const TOLERATED = new Set(['info', 'low'])

/**
 * @param output of `npm audit --json`
 * @param today such as 2026-12-31
 * @returns a line for each advisory that nobody excepted, and for each exception that ended or that nothing needs
 * @throws UnreachableError where npm could not ask: nothing is known then
 */
export function auditProblems(
  output: string,
  { exceptions }: z.infer<typeof Exceptions>,
  today: string,
): string[] {
  const advisories = new Map<string, string>()
  for (const { name, via } of Object.values(reportOf(output).vulnerabilities))
    for (const one of via) {
      if (typeof one === 'string' || TOLERATED.has(one.severity)) continue
      const id = one.url.split('/').at(-1) ?? one.url
      advisories.set(id, `${id} ${one.severity} in ${name} ${one.range}: ${one.title}, ${one.url}`)
    }
  const holding = new Set(
    exceptions.filter(({ expires }) => expires >= today).map(({ advisory }) => advisory),
  )
  return [
    ...[...advisories].filter(([id]) => !holding.has(id)).map(([, line]) => line),
    ...exceptions.flatMap(({ advisory, expires, owner }) => [
      ...(expires < today ? [`the exception of ${advisory} by ${owner} ended on ${expires}`] : []),
      ...(advisories.has(advisory) ? [] : [`the exception of ${advisory} is of no use: delete it`]),
    ]),
  ]
}

function reportOf(output: string): z.infer<typeof Report> {
  let parsed: unknown
  try {
    parsed = JSON.parse(output)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UnreachableError('npm audit wrote no JSON', { cause: error })
  }
  const report = Report.safeParse(parsed)
  if (report.success) return report.data
  const { message } = (parsed ?? {}) as { message?: unknown }
  throw new UnreachableError(
    typeof message === 'string'
      ? `npm audit could not ask: ${message}`
      : `npm audit wrote another report than version 2: ${z.prettifyError(report.error)}`,
  )
}
