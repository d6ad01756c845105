import type { EngineEvent } from '@pulumi/pulumi/automation/index.js'
import { propertyChanges } from '../../platform/preview/property-changes.ts'
import { shortType, type Json } from '../../platform/preview/stack-preview.ts'
import { code } from '../report/markdown/code.ts'

/** Something in AWS that is not as the state has it. */
export interface Drift {
  what: 'changed' | 'gone'
  type: string
  name: string
  /** Paths alone: values may be secret. */
  properties: string[]
}

/** What a refresh found: the engine tells it as an update or a deletion of the state. */
export function driftOf(events: readonly EngineEvent[]): Drift[] {
  return (
    events
      .flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? [])
      // The hash of what an image was built from is of the files here, not of AWS.
      .filter(
        ({ op, type }) =>
          op === 'delete' || (op === 'update' && type !== 'docker-build:index:Image'),
      )
      .map(({ op, urn, type, detailedDiff, old, new: found }): Drift => ({
        what: op === 'delete' ? 'gone' : 'changed',
        type: shortType(type),
        name: urn.split('::').at(-1) ?? urn,
        properties: op === 'delete' ? [] : pathsOf(detailedDiff, old?.outputs, found?.outputs),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  )
}

const pathsOf = (
  detailed: object | undefined,
  before: Record<string, unknown> = {},
  after: Record<string, unknown> = {},
): string[] =>
  detailed && Object.keys(detailed).length > 0
    ? Object.keys(detailed)
    : propertyChanges(before as Json, after as Json).map(({ path }) => path)

/** The text of an issue. */
export const driftMarkdown = (stack: string, drift: readonly Drift[]): string =>
  [
    `AWS is not as the state of ${code(stack)} says:`,
    '',
    ...drift.map(
      ({ what, type, name, properties }) =>
        `- **${what}** ${code(type)} ${code(name)}${properties.length > 0 ? `: ${properties.map(path => code(path)).join(', ')}` : ''}`,
    ),
    '',
    `Who changed it stands in CloudTrail. \`pulumi preview --stack ${stack} --refresh --diff\` shows the values. The next`,
    'deployment does not look, so either take it into the program, or take it back:',
    `\`pulumi up --stack ${stack} --refresh\`.`,
    '',
  ].join('\n')
