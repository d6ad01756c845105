/** How much a report says of what is not dangerous. */
export interface Detail {
  /** Characters of each value; undefined: paths alone. */
  values: number | undefined
  /** Properties of each resource that changes. */
  properties: number
  /** Whether resources are named, or counted. */
  resources: boolean
  /** Lines of each other list: findings, API changes, migrations. */
  lines: number
  /** Names in each line about dangers; the line itself always stays. */
  names: number
}

const FULL: Detail = {
  ...{ values: 120, properties: 40, resources: true, lines: 100, names: Number.POSITIVE_INFINITY },
}

/** In the order in which detail is dropped, with what a reader is told is missing. */
export const DETAILS: readonly { detail: Detail; missing: string }[] = [
  { detail: FULL, missing: '' },
  { detail: { ...FULL, values: 40 }, missing: 'long values' },
  { detail: { ...FULL, values: undefined, properties: 10 }, missing: 'values' },
  { detail: { ...FULL, values: undefined, properties: 0 }, missing: 'properties' },
  {
    detail: { ...FULL, values: undefined, properties: 0, resources: false, lines: 20 },
    missing: 'resources that lose nothing',
  },
  {
    detail: { values: undefined, properties: 0, resources: false, lines: 5, names: 50 },
    missing: 'resources that lose nothing, most of the lists',
  },
  {
    detail: { values: undefined, properties: 0, resources: false, lines: 0, names: 3 },
    missing: 'all but the dangers, and most of their names',
  },
]
