import { NotEvaluated, SECRET } from '../not-evaluated.ts'
import type { ResourceOf } from '../resource.ts'

/** As ECS reads them; what it does not know may be there too. */
export interface Container {
  name?: string
  image?: string
  user?: string
  privileged?: boolean
  readonlyRootFilesystem?: boolean
  environment?: readonly { name?: string; value?: string }[]
  secrets?: readonly { name?: string; valueFrom?: string }[]
  logConfiguration?: { logDriver?: string; options?: Readonly<Record<string, string>> }
}

/**
 * The containers of a task definition.
 * @throws NotEvaluated where they are secret or no JSON
 */
export function containersOf({ inputs }: ResourceOf<'ecs.TaskDefinition'>): readonly Container[] {
  const text = inputs.containerDefinitions
  if (text === undefined) return []
  if (text === SECRET)
    throw new NotEvaluated('containerDefinitions', 'is secret; give secrets by valueFrom')
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed)) return parsed as Container[]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new NotEvaluated('containerDefinitions', 'is no JSON list of containers')
}

export const nameOf = ({ name = 'without name' }: Container): string =>
  `containerDefinitions[${name}]`
