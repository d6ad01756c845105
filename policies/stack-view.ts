import type { InputsOf, Known } from './aws-inputs.ts'
import { isUnknown, NotEvaluated } from './not-evaluated.ts'
import type { Resource, ResourceOf } from './resource.ts'

export interface StackFacts {
  project: string
  stack: string
  /** Region of what does not say otherwise; undefined where it is not known. */
  region: string | undefined
  resources: readonly Resource[]
  /** What it costs a month, where somebody has counted. */
  costs?: Costs
  /** URNs of components that another plugin expands, whose resources are not among these. */
  unseen?: readonly string[]
}

export interface Costs {
  monthlyUsd: number
  /** Names of resources whose price is not known. */
  notPriced: readonly string[]
}

/** What Pulumi puts above everything: no component. */
const ROOT = 'pulumi.Stack'

/** Outputs that other resources name a resource by. */
const NAMES = ['id', 'arn', 'name', 'bucket', 'url', 'identifier', 'keyId', 'policyArn']

/** All resources of a stack, and what refers to what: by known values, or by what Pulumi knows of where a value comes from. */
export class StackView {
  readonly project: string
  readonly stack: string
  readonly region: string | undefined
  readonly resources: readonly Resource[]
  readonly costs: Costs | undefined
  readonly unseen: readonly string[]
  private readonly byUrn: ReadonlyMap<string, Resource>
  private readonly byType: ReadonlyMap<string, readonly Resource[]>
  private readonly byName = new Map<string, Resource[]>()
  private readonly reversed = new Map<string, Map<Resource, Resource[]>>()

  constructor({ project, stack, region, resources, costs, unseen = [] }: StackFacts) {
    this.project = project
    this.stack = stack
    this.region = region
    this.resources = resources
    this.costs = costs
    this.unseen = unseen
    this.byUrn = new Map(resources.map(resource => [resource.urn, resource]))
    this.byType = Map.groupBy(resources, ({ type }) => type)
    for (const resource of resources)
      for (const name of NAMES) {
        const value = resource.outputs[name]
        if (typeof value !== 'string' || value === '' || isUnknown(value)) continue
        const named = this.byName.get(value)
        if (!named) this.byName.set(value, [resource])
        else if (!named.includes(resource)) named.push(resource)
      }
  }

  /** All of a type that this stack makes. */
  all<T extends string>(type: Known<T>): readonly ResourceOf<T>[] {
    return this.ofType<T>(type).filter(({ foreign }) => !foreign)
  }

  get(urn: string): Resource | undefined {
    return this.byUrn.get(urn)
  }

  /** Components from the outside in, then the resource: `edge / edge-waf / edge-waf-log`. */
  path({ name, parent }: Resource): string {
    const above = this.byUrn.get(parent)
    return above && above.type !== ROOT ? `${this.path(above)} / ${name}` : name
  }

  /**
   * The resources of a type that a value refers to.
   * @param property top-level property that the value stands in
   * @param value a part of it, such as one origin of several; @default the whole
   */
  targets<T extends string>(
    resource: Resource<unknown>,
    type: Known<T>,
    property: string,
    value: unknown = inputOf(resource, property),
  ): readonly ResourceOf<T>[] {
    const named = [...new Set(texts(value).flatMap(text => this.byName.get(text) ?? []))].filter(
      found => found.type === type,
    )
    if (named.length > 0) return named as readonly Resource[] as readonly ResourceOf<T>[]
    return this.bySource<T>(resource, type, property)
  }

  /**
   * The one resource of a type that a value refers to.
   * @throws NotEvaluated where this stack does not have it
   */
  target<T extends string>(
    resource: Resource<unknown>,
    type: Known<T>,
    property: string,
    value?: unknown,
  ): ResourceOf<T> {
    const [found] = this.targets<T>(resource, type, property, value)
    if (found) return found
    throw new NotEvaluated(property, `refers to no ${type} of this stack`)
  }

  /** The resources of a type whose property refers to the target. */
  referrers<T extends string>(
    target: Resource<unknown>,
    type: Known<T>,
    property: keyof InputsOf<T> & string,
  ): readonly ResourceOf<T>[] {
    const key = `${target.type} ${type} ${property}`
    let index = this.reversed.get(key)
    if (!index) {
      index = new Map()
      for (const resource of this.all<T>(type))
        for (const found of this.targets(resource, target.type as never, property)) {
          const known = index.get(found)
          if (known) known.push(resource)
          else index.set(found, [resource])
        }
      this.reversed.set(key, index)
    }
    return (index.get(target as Resource) ?? []) as readonly Resource[] as readonly ResourceOf<T>[]
  }

  /** The resource's own tags and those that its provider gives to everything. */
  tags(resource: Resource<unknown>): Readonly<Record<string, unknown>> {
    const provider = this.byUrn.get(resource.provider)?.inputs['defaultTags']
    const defaults: unknown = typeof provider === 'string' ? JSON.parse(provider) : provider
    return {
      ...recordOf(recordOf(defaults)['tags']),
      ...recordOf(inputOf(resource, 'tags')),
    }
  }

  private ofType<T extends string>(type: Known<T>): readonly ResourceOf<T>[] {
    const found: readonly Resource[] = this.byType.get(type) ?? []
    return found as readonly ResourceOf<T>[]
  }

  private bySource<T extends string>(
    { sources }: Resource<unknown>,
    type: Known<T>,
    property: string,
  ): readonly ResourceOf<T>[] {
    const found = (sources[property] ?? [])
      .map(urn => this.byUrn.get(urn))
      .filter(source => source?.type === type)
    return found as readonly (Resource | undefined)[] as readonly ResourceOf<T>[]
  }
}

/** Not through the guard: what a value refers to can be known where the value is not. */
const inputOf = (resource: Resource<unknown>, property: string): unknown => {
  try {
    return recordOf(resource.inputs)[property]
  } catch (error) {
    if (error instanceof NotEvaluated) return undefined
    throw error
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** All texts in a value, however deep; none that is unknown. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return isUnknown(value) ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  try {
    return Object.values(value).flatMap(texts)
  } catch (error) {
    if (error instanceof NotEvaluated) return []
    throw error
  }
}
